// Two devices of one resident, by what stands on their screens: turned on, added by a code (a wrong one first), one draft
// on both, a question answered differently, a device removed. Pictures go to HAOBAN_SHOTS_DIR, if it is set.
import { mkdirSync } from 'node:fs'
import { APPS, close, command, must, openBrowser, openPage, signIn, step, until } from './person.mjs'
import { sound } from './sound.mjs'

const WHO = '13800000001'
const FOLDER = process.env.HAOBAN_SHOTS_DIR
if (FOLDER) mkdirSync(FOLDER, { recursive: true })
const browser = await openBrowser()
const contexts = await Promise.all([1280, 390].map((width) => browser.newContext({ viewport: { width, height: width === 390 ? 844 : 900 }, locale: 'zh-CN', reducedMotion: 'reduce' })))
const [old, young] = [await openPage(contexts[0], APPS[0]), await openPage(contexts[1], APPS[1])]

async function settle(page, changes) {
  const { settings } = await command(page, 'app_start')
  await command(page, 'settings_save', { settings: { ...settings, first_run_done: true, ...changes } })
  await page.reload()
}

async function goTo(page, route) {
  const app = APPS[page === old ? 0 : 1]
  await page.goto(`${app}/#${route}`)
  await page.reload()
  await page.locator('h1').first().waitFor()
}

const clean = (page, name) => sound(page, name, FOLDER)

await step('the same person signs in on both', async () => {
  for (const [at, page] of [old, young].entries()) {
    await settle(page, {})
    await signIn(contexts[at], page, WHO)
  }
})
await step('it is off until it is turned on', async () => {
  await goTo(old, '/me')
  await old.getByRole('link', { name: /我的设备/ }).first().click()
  await old.getByRole('heading', { level: 1, name: '我的设备' }).waitFor()
  await clean(old, 'devices-off')
  await old.getByLabel('这台设备叫什么').fill('家里的电脑')
  await old.getByRole('button', { name: '让草稿跟着我' }).click()
  await old.getByText('家里的电脑').waitFor()
})
let code = ''
await step('a new device shows a code', async () => {
  await goTo(young, '/devices')
  await young.getByLabel('这台设备叫什么').fill('手机')
  await young.getByRole('button', { name: '让草稿跟着我' }).click()
  code = (await young.locator('.code-group').innerText()).trim()
  must(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/.test(code), code)
  await clean(young, 'devices-waiting')
})
await step('a wrong code adds nothing and says how many tries are left', async () => {
  await old.getByRole('heading', { name: '“手机”想加进来' }).waitFor()
  await old.getByLabel('请输新设备上显示的 8 个字').fill(code === '0000-0000' ? '1111-1111' : '0000 0000')
  await old.getByRole('button', { name: '让它加入', exact: true }).click()
  await old.getByText('还能试 4 次').waitFor()
  await clean(old, 'devices-wrong-code')
})
await step('the right code adds it', async () => {
  await old.getByLabel('请输新设备上显示的 8 个字').fill(code.toLowerCase().replace('-', ' '))
  await old.getByRole('button', { name: '让它加入', exact: true }).click()
  await old.getByText('“手机”加好了。').waitFor()
  await young.getByText('草稿会到这些设备上').waitFor()
  await clean(old, 'devices-on')
})
let draft
await step('a draft begun on one is in the list of the other', async () => {
  draft = await until('the catalogue', () => command(old, 'draft_start', { code: 'gjj-rent' }).catch(() => undefined))
  await command(old, 'draft_save', { draft_id: draft.id, revision: draft.revision, changes: { housing: 'market', rent_month: 180000 } })
  await goTo(young, '/drafts')
  await young.locator('.draftline').first().waitFor()
  await until('the answers on the phone', async () => (await command(young, 'draft_open', { draft_id: draft.id }).catch(() => undefined))?.answers.rent_month === 180000)
})
await step('a question answered differently is a choice in the form', async () => {
  // Both write before either hears of the other; if a round slips in between, they write once more.
  let asked
  for (let turn = 0; turn < 5 && !asked; turn += 1) {
    const [a, b] = await Promise.all([old, young].map((page) => command(page, 'draft_open', { draft_id: draft.id })))
    await Promise.all([
      command(old, 'draft_save', { draft_id: draft.id, revision: a.revision, changes: { rent_month: 190000 + turn } }),
      command(young, 'draft_save', { draft_id: draft.id, revision: b.revision, changes: { rent_month: 200000 + turn } }),
    ])
    asked = await until('a collision', async () => {
      for (const page of [old, young]) if ((await command(page, 'draft_open', { draft_id: draft.id })).collisions.rent_month) return page
      return undefined
    }, 60).catch(() => undefined)
  }
  must(asked, 'no collision came')
  await goTo(asked, `/drafts/${draft.id}`)
  await asked.getByText('这一题，两台设备上填得不一样').waitFor()
  await clean(asked, 'draft-collision')
  if (FOLDER) {
    await settle(asked, { mode: 'senior', theme: 'dark' })
    await goTo(asked, `/drafts/${draft.id}`)
    await asked.getByText('这一题，两台设备上填得不一样').waitFor()
    await clean(asked, 'draft-collision-senior-dark')
    await settle(asked, { mode: 'standard', theme: 'light' })
    await goTo(asked, `/drafts/${draft.id}`)
  }
  const theirs = (await command(asked, 'draft_open', { draft_id: draft.id })).collisions.rent_month.theirs
  await asked.getByRole('button', { name: /用另一台的/ }).click()
  await asked.getByText('这一题，两台设备上填得不一样').waitFor({ state: 'detached' })
  for (const page of [old, young]) await until('the chosen answer', async () => (await command(page, 'draft_open', { draft_id: draft.id })).answers.rent_month === theirs)
})
await step('the form says when the account has it', async () => {
  await goTo(old, `/drafts/${draft.id}/q/rent`)
  await old.locator('.save.is-account').getByText('已存到您的账户').waitFor()
  await old.locator('#f-rent_month').fill('2345')
  await old.locator('.save.is-saved').waitFor()
  await old.locator('.save.is-account').waitFor()
  await until('the answer on the phone', async () => (await command(young, 'draft_open', { draft_id: draft.id })).answers.rent_month === 234500)
})
await step('the page is in order in senior mode and in the dark', async () => {
  for (const [name, changes] of [['senior', { mode: 'senior' }], ['dark', { mode: 'standard', theme: 'dark' }], ['english', { theme: 'light', language: 'en' }]]) {
    await settle(young, changes)
    await goTo(young, '/devices')
    await young.locator('.rows').first().waitFor()
    await clean(young, `devices-${name}`)
  }
  await settle(young, { language: 'zh-CN' })
})
await step('a removed device signs out and says so', async () => {
  await goTo(old, '/devices')
  await old.getByRole('button', { name: /^移除\s*手机/ }).click()
  await old.getByText('已经在它上面的草稿删不掉').waitFor()
  await clean(old, 'devices-remove')
  await old.getByRole('button', { name: '移除“手机”' }).click()
  await old.getByText('“手机”移除了。').waitFor()
  await until('the sign-out', async () => (await command(young, 'app_start')).session.state === 'signed_out')
  await goTo(young, '/sign-in')
  await young.getByText('这台设备在别的设备上被移除了').waitFor()
  await clean(young, 'device-removed')
})
await step('turned off, the draft is still there', async () => {
  await old.getByRole('button', { name: '关掉，草稿只留在这台设备' }).click()
  await old.getByRole('button', { name: '关掉', exact: true }).click()
  await old.getByText('关掉了。草稿还在这台设备上。').waitFor()
  must((await command(old, 'draft_list')).drafts.some((row) => row.id === draft.id), 'the draft is gone')
})
await step('the pages broke none of their own rules', () => must([...old.faults, ...young.faults].length === 0, [...old.faults, ...young.faults].join('; ')))
await browser.close()
close()
