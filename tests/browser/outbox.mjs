// What is stuck in the outbox, really: the platform refuses, since others took the seat meanwhile. The page says why and
// what to do; "try again", "change it" and "give it up" each do what they say, and nothing typed is lost.
// Pictures go to HAOBAN_SHOTS_DIR, if it is set.
import { mkdirSync } from 'node:fs'
import { APPS, close, command, must, openBrowser, openPage, signIn, step, until } from './person.mjs'
import { sound } from './sound.mjs'

const FOLDER = process.env.HAOBAN_SHOTS_DIR
if (FOLDER) mkdirSync(FOLDER, { recursive: true })
const browser = await openBrowser()
const people = []
for (const [at, phone] of ['13800000001', '13800000004', '13800000002'].entries()) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', reducedMotion: 'reduce' })
  people.push({ context, phone, page: await openPage(context, APPS[at]) })
}
const { page } = people[0]
const SCHEDULE = { schedule: 'archive-pickup', place: 'hall' }
let starts = []

/** Both seats of a time, by two others; holding another time gives them back. */
async function othersHold(start) {
  for (const other of people.slice(1)) await command(other.page, 'appointment_hold', { ...SCHEDULE, start })
}

async function readyCopies(copies, start) {
  const draft = await until('the catalogue', () => command(page, 'draft_start', { code: 'archive-copies' }).catch(() => undefined))
  await command(page, 'draft_save', { draft_id: draft.id, revision: draft.revision, changes: { records: 'register', copies, delivery: 'pickup', visit: { place: 'hall', start } } })
  return command(page, 'draft_open', { draft_id: draft.id })
}

/** Sends copies for a time that others have. */
async function wedge(copies, start) {
  await othersHold(start)
  const draft = await readyCopies(copies, start)
  const sent = await command(page, 'draft_submit', { draft_id: draft.id, revision: draft.revision, declared: true })
  await until('the refusal', async () => (await command(page, 'outbox_list')).entries.some((row) => row.id === sent.outbox_id && row.state.state === 'wedged'))
  return { ...sent, draft: draft.id }
}

async function goTo(route) {
  await page.goto(`${APPS[0]}/#${route}`)
  await page.reload()
  await page.locator('h1').first().waitFor()
}

const press = (name) => page.getByRole('button', { name }).first().click()
const entries = async () => (await command(page, 'outbox_list')).entries.length
const cases = async () => (await command(page, 'case_list')).cases
const arrived = (id) => until('the case', async () => (await cases()).some((row) => row.id === id && row.number))

const clean = (name) => sound(page, name, FOLDER)

await step('three people sign in', async () => {
  for (const one of people) {
    const { settings } = await command(one.page, 'app_start')
    await command(one.page, 'settings_save', { settings: { ...settings, first_run_done: true } })
    await one.page.reload()
    await signIn(one.context, one.page, one.phone)
  }
  const { slots } = await until('the times', () => command(page, 'appointment_slots', SCHEDULE).catch(() => undefined))
  starts = slots.filter((slot) => slot.left === 2).map((slot) => slot.start)
  must(starts.length > 8, `only ${starts.length} times`)
})

let first
await step('what the platform refuses is shown with its reason and its remedy', async () => {
  first = await wedge(2, starts[0])
  await goTo('/outbox')
  await page.getByText('卡住了，要您看一下').waitFor()
  await page.getByText('有几处还要改').waitFor()
  await page.getByText('来取的时间', { exact: false }).waitFor()
  await clean('outbox-wedged')
})
await step('trying again sends it once the reason is gone', async () => {
  await press('现在再发')
  await until('the second refusal', async () => (await command(page, 'outbox_list')).entries[0]?.state.state === 'wedged')
  await othersHold(starts[1])
  await press('现在再发')
  await arrived(first.case_id)
  await page.getByText('没有在等的，都发出去了。').waitFor()
})

let second
await step('changing it opens the draft with every answer', async () => {
  second = await wedge(3, starts[2])
  await goTo('/outbox')
  await press('改一改再发')
  await page.waitForURL(new RegExp(`drafts/${second.draft}`))
  const draft = await command(page, 'draft_open', { draft_id: second.draft })
  must(!draft.frozen && draft.answers.copies === 3 && draft.answers.delivery === 'pickup', JSON.stringify(draft.answers))
  must(draft.answers.visit.start === starts[2], JSON.stringify(draft.answers.visit))
  must((await entries()) === 0, 'it is still in the outbox')
})
await step('sent again it is one case with the new answers', async () => {
  const draft = await command(page, 'draft_open', { draft_id: second.draft })
  const saved = await command(page, 'draft_save', { draft_id: second.draft, revision: draft.revision, changes: { visit: { place: 'hall', start: starts[4] } } })
  const again = await command(page, 'draft_submit', { draft_id: second.draft, revision: saved.revision, declared: true })
  must(again.case_id === second.case_id && again.outbox_id !== second.outbox_id, 'another case')
  await arrived(second.case_id)
  const opened = await command(page, 'case_open', { case_id: second.case_id })
  must(opened.case.answers.visit.start === starts[4] && opened.receipt.verified, JSON.stringify(opened.case.answers))
  must((await cases()).length === 2, `${(await cases()).length} cases`)
})

let third
await step('giving it up asks first', async () => {
  third = await wedge(4, starts[6])
  await goTo('/outbox')
  await press('不办了')
  await page.getByRole('dialog').getByText('30 天内能恢复').waitFor()
  await clean('outbox-give-up')
  await page.getByRole('dialog').getByRole('button', { name: '先留着' }).click()
  must((await entries()) === 1, 'it went without a yes')
})
await step('given up it lies among the deleted drafts and comes back whole', async () => {
  await press('不办了')
  await page.getByRole('dialog').getByRole('button', { name: '不办了' }).click()
  await page.getByText('没有在等的，都发出去了。').waitFor()
  const { drafts, deleted } = await command(page, 'draft_list')
  must(drafts.length === 0 && deleted.length === 1 && deleted[0].id === third.draft, JSON.stringify({ drafts, deleted }))
  await command(page, 'draft_restore', { draft_id: third.draft })
  const draft = await command(page, 'draft_open', { draft_id: third.draft })
  must(!draft.frozen && draft.answers.copies === 4, JSON.stringify(draft.answers))
  must((await cases()).length === 2, 'nothing of it was sent')
})
await step('nothing was wrong in the console', async () => {
  must(page.faults.length === 0, page.faults.join('\n'))
})
await browser.close()
close()
