// How a person fills a form: finds each question by its words, types or picks the answer, goes on. Every kind of
// field is typed in one place, here; what is answered comes from outside.
import { isDeepStrictEqual } from 'node:util'
import { command, must, pdf, until } from './person.mjs'

const SHOWN_ONLY = new Set(['computed', 'fact', 'text_block', 'material'])
const TYPED = new Set(['text', 'textarea', 'id_number', 'credit_code', 'phone', 'bank_card', 'property_unit'])
const CELLS = { a1: '西北', a2: '北边', a3: '东北', b1: '西边', b2: '中间', b3: '东边', c1: '西南', c2: '南边', c3: '东南' }
/** From this many options on, a choice is a list to pull down. */
const LIST_FROM = 8

/** The draft as the core holds it: which questions there are now, and what has been understood. */
export const draftOf = async (page) => command(page, 'draft_open', { draft_id: draftId(page) })
const draftId = (page) => /drafts\/(drf_[0-9a-f]+)/.exec(page.url())?.[1]

const escaped = (words) => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
/** The name of a question: its label, or the heading that asks it. An optional one says so behind its name. */
const called = (...names) => new RegExp(`^(${names.map(escaped).join('|')})(可以不填)?$`)

/** Types or picks one answer. `within` is where the question stands, `view` the draft it belongs to. */
export async function fill(within, field, value, view) {
  const heading = await within.page().locator('#q-title').innerText().catch(() => '')
  const name = called(field.label.zh, ...(heading ? [heading] : []))
  const box = (role) => within.getByRole(role, { name }).first()
  switch (field.kind) {
    case 'money':
      return box('textbox').fill((value / 100).toFixed(2))
    case 'number':
      return box('textbox').fill((value / 10 ** field.decimals).toFixed(field.decimals))
    case 'date':
      return day(box('group'), value)
    case 'date_range':
      await day(box('group').getByRole('group', { name: '开始日期' }), value.from)
      return day(box('group').getByRole('group', { name: '到期日期' }), value.to)
    case 'address':
      await region(box('group'), value.region, view.regions)
      return box('group').getByRole('textbox', { name: '详细地址，写到门牌号' }).fill(value.detail)
    case 'region':
      return region(box('group'), value, view.regions)
    case 'map_point':
      await box('group').getByRole('textbox', { name: '在哪里，用话说清楚' }).fill(value.description)
      if (value.region) await region(box('group'), value.region, view.regions)
      if (value.cell) await box('group').locator('label.cell', { hasText: CELLS[value.cell] }).click()
      return undefined
    case 'signature':
      return box('group').getByRole('textbox', { name: '您的姓名' }).fill(value.name)
    case 'yes_no':
      return pick(box('group'), value ? '是' : '否')
    case 'single_choice':
    case 'multi_choice':
    case 'fact_choice':
      return choose(box, field, value, view)
    case 'declaration':
      return within.locator('label.declare', { hasText: field.label.zh }).click()
    case 'people':
    case 'group':
      return entries(box('group'), field, value, view)
    case 'appointment':
      return appointment(box('group'))
    default:
      must(TYPED.has(field.kind), `nobody has said how a ${field.kind} is typed`)
      return box('textbox').fill(value)
  }
}

async function day(group, value) {
  for (const [at, part] of value.split('-').entries()) await group.getByRole('textbox', { name: ['年', '月', '日'][at] }).fill(String(Number(part)))
}

/** From the province down, as far as there is something to choose. */
async function region(group, code, regions) {
  const path = []
  for (let at = regions.find((one) => one.code === code); at; at = regions.find((one) => one.code === at.parent)) path.unshift(at)
  must(path.length > 0, `the pack knows no region ${code}`)
  let level = 0
  for (const step of path) {
    // A level with one region is passed over.
    if (regions.filter((one) => (one.parent ?? null) === (step.parent ?? null)).length === 1) continue
    await group.getByRole('combobox').nth(level).selectOption({ label: step.name.zh })
    level += 1
  }
}

const option = (group, words) => group.locator('label.opt').filter({ has: group.page().getByText(words, { exact: true }) }).first()
const pick = (group, words) => option(group, words).click()

async function choose(box, field, value, view) {
  const offered = view.state.fields[field.id]?.offered ?? field.options
  const label = (one) => {
    const found = offered.find((other) => other.value === one)
    must(found, `“${field.label.zh}” does not offer ${JSON.stringify(one)} but ${offered.map((other) => JSON.stringify(other.value)).join(' ')}`)
    return found.label.zh
  }
  if (field.kind === 'multi_choice') {
    const before = new Set(view.answers[field.id] ?? view.state.fields[field.id]?.value ?? [])
    for (const one of offered) if (before.has(one.value) !== value.includes(one.value)) await pick(box('group'), one.label.zh)
    for (const one of value) label(one)
    return
  }
  if (value === 'other' && field.kind === 'fact_choice') return pick(box('group'), '另外的，我自己填')
  if (offered.length >= LIST_FROM) return box('combobox').selectOption({ label: label(value) })
  await pick(box('group'), label(value))
}

async function entries(group, field, wanted, view) {
  while (await group.getByRole('button', { name: /^删除/ }).count() > 0) await group.getByRole('button', { name: /^删除/ }).first().click()
  for (const entry of wanted) {
    await group.getByRole('button', { name: /^(再)?添加一项$/ }).click()
    for (const inner of field.fields) if (entry[inner.id] !== undefined) await fill(group, inner, entry[inner.id], view)
    await group.getByRole('button', { name: '这一项填好了' }).click()
  }
}

/** The first day that is free, and its last hour: far enough ahead to be changed. */
async function appointment(group) {
  const days = group.getByRole('group', { name: '哪一天' })
  await days.locator('label.opt').last().click()
  await group.getByRole('group', { name: /几点|时间/ }).locator('label.opt').last().click()
}

/** Whether the core understood what was typed as what was meant. */
function understood(view, field, value) {
  if (!view.state.fields[field.id]?.visible) return true
  const now = view.answers[field.id] ?? view.state.fields[field.id]?.value
  if (field.kind === 'appointment') return now?.start !== undefined
  if (field.kind === 'multi_choice') return isDeepStrictEqual([...(now ?? [])].sort(), [...value].sort())
  if (field.kind === 'people' || field.kind === 'group') return Array.isArray(now) && now.length === value.length
  if (typeof value === 'object') return isDeepStrictEqual({ ...now }, { ...value })
  return now === value
}

/** The questions of the page that is open. */
function questions(page, view) {
  const step = decodeURIComponent(/\/q\/([^?]+)/.exec(page.url())?.[1] ?? '').split('~')[0]
  const fields = view.form.pages.find((one) => one.id === step)?.fields ?? []
  return fields.filter((field) => view.state.fields[field.id]?.visible)
}

/** Answers what the open page asks. `answer` says what a field gets; `undefined` leaves what is there, or stays silent. */
export async function answerPage(page, answer) {
  const done = new Set()
  for (let view = await draftOf(page); ; ) {
    const todo = questions(page, view).filter((field) => !SHOWN_ONLY.has(field.kind) && !done.has(field.id))
    if (todo.length === 0) return
    const typed = []
    for (const field of todo) {
      done.add(field.id)
      const value = answer(field, view)
      const state = view.state.fields[field.id]
      must(value !== undefined || !state.required || state.value !== null, `nobody has said what to answer to “${field.label.zh}” (${field.id}, ${field.kind})`)
      // An answer given just now may have taken the question away.
      if (value === undefined || understood(view, field, value) || (await page.locator(`[id="f-${field.id}"], [id^="f-${field.id}-"]`).count()) === 0) continue
      await fill(page.locator('main'), field, value, view)
      typed.push([field, value])
    }
    let lacks
    view = await until('the answers', async () => {
      const now = await draftOf(page)
      lacks = typed.find(([field, value]) => !understood(now, field, value))
      return lacks ? undefined : now
    }, 100).catch(() => {
      throw new Error(`the answer to “${lacks[0].label.zh}” (${lacks[0].id}), which is ${JSON.stringify(lacks[1])}, did not come`)
    })
  }
}

/** Hands in a material of the page: a licence one holds, a promise where `later` names it, else a paper. */
export async function handIn(page, slot, later = false) {
  const card = page.locator(`#m-${slot}`)
  const licence = card.getByRole('button', { name: /^用我的/ })
  if (await licence.count() > 0) await licence.first().click()
  else if (later) await card.locator('label.declare').click()
  else {
    const accepts = await card.locator('input[type=file]').getAttribute('accept')
    await card.locator('input[type=file]').setInputFiles(accepts.includes('pdf') ? { name: `${slot}.pdf`, mimeType: 'application/pdf', buffer: pdf() } : await photo(page, slot))
  }
  await until(`the material ${slot}`, async () => (await draftOf(page)).state.materials.find((one) => one.id === slot)?.standing !== 'needed', 50)
}

/** A small real photograph, made where pictures are made. */
async function photo(page, name) {
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 480)
    const brush = canvas.getContext('2d')
    for (let at = 0; at < 48; at += 1) {
      brush.fillStyle = `hsl(${at * 7} 60% 60%)`
      brush.fillRect((at % 8) * 80, Math.floor(at / 8) * 80, 80, 80)
    }
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer())]
  })
  return { name: `${name}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) }
}

/** Presses the button that leads on, and waits until it did. What the page objects to is part of the failure. */
export async function goOn(page) {
  const before = page.url()
  await page.locator('main .btns.actions .btn.p').click()
  const moved = await page.waitForURL((url) => url.href !== before, { timeout: 20_000 }).then(() => true, () => false)
  must(moved, `it does not go on from ${before}: ${await page.locator('.errsum, .emsg').allInnerTexts().then((all) => all.join(' | '))}`)
}

/** From the page that is open to the check page: answers, hands in, reads the plan when it comes. `last` is a page that is answered and not left. */
export async function fillIn(page, { answer, later = [], plan, last }) {
  for (let turn = 0; turn < 80; turn += 1) {
    await page.locator('h1').first().waitFor()
    const url = page.url()
    if (/\/check$/.test(url)) return
    if (/\/plan$/.test(url)) await plan?.()
    else if (/\/materials$/.test(url)) await handInAll(page, later)
    else {
      await answerPage(page, answer)
      await handInAll(page, later)
    }
    if (last?.test(url)) return
    await goOn(page)
  }
  throw new Error('the form has no end')
}

async function handInAll(page, later) {
  for (;;) {
    const missing = (await draftOf(page)).state.materials.filter((one) => one.asked && one.standing === 'needed')
    const shown = []
    for (const one of missing) if (await page.locator(`#m-${one.id}`).count() > 0) shown.push(one)
    if (shown.length === 0) return
    await handIn(page, shown[0].id, shown[0].may_defer && later.includes(shown[0].id))
  }
}

/** Checks, declares, sends; answers the case's id once its number has come. */
export async function declareAndSend(page) {
  const id = draftId(page).replace(/^drf_/, 'cas_')
  await page.locator('label.declare').click()
  await goOn(page)
  await page.getByText('已提交').first().waitFor()
  await until('the case number', async () => (await command(page, 'case_open', { case_id: id })).case?.number)
  return id
}
