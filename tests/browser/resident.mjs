// A resident with a bit of everything, so that no page is empty: an open draft, a case under way, one that waits
// for a correction, licences and messages.
import { officerOf } from './officer.mjs'
import { APP, command, openPage, pdf, signIn, until } from './person.mjs'

const RENT = { housing: 'market', who: 'self', term: { from: '2026-03-01', to: '2027-02-28' }, rent_month: 180000, address: { region: '410105', detail: '锦绣苑 3 号楼 602' }, bank_card: '6217000000000000004' }

/** Hands a file to the host; answers the token it is known by. */
export function posted(page, bytes) {
  return page.evaluate(async (bytes) => (await (await fetch('/host/files', { method: 'POST', headers: { 'X-File-Name': 'lease.pdf' }, body: new Uint8Array(bytes) })).json()).token, [...bytes])
}

/** A rent withdrawal, filled and with its contract attached, ready to be sent. With `later` the payments are promised. */
export async function readyRent(page, later = false) {
  const draft = await until('the catalogue', () => command(page, 'draft_start', { code: 'gjj-rent' }).catch(() => undefined))
  await until('the bank cards of the register', async () => ((await command(page, 'draft_open', { draft_id: draft.id })).state.fields.bank_card?.offered.length ?? 0) > 1)
  await command(page, 'draft_save', { draft_id: draft.id, revision: draft.revision, changes: RENT })
  await command(page, 'material_attach', { draft_id: draft.id, slot: 'lease-contract', tokens: [await posted(page, pdf())] })
  if (later) return command(page, 'material_defer', { draft_id: draft.id, slot: 'rent-records', promised: true })
  return command(page, 'material_attach', { draft_id: draft.id, slot: 'rent-records', tokens: [await posted(page, pdf())] })
}

/** Sends a ready draft and waits for its number. */
export async function send(page, draft) {
  const sent = await command(page, 'draft_submit', { draft_id: draft.id, revision: draft.revision, declared: true })
  await until('the case number', async () => (await command(page, 'case_list')).cases.some((row) => row.id === sent.case_id && row.number))
  return sent.case_id
}

/** So many rent withdrawals on their way; answers their cases. */
export async function prepareRents(page, count) {
  const ids = []
  for (let made = 0; made < count; made += 1) ids.push(await send(page, await readyRent(page)))
  return ids
}

/** Signs the renter in and gives her a draft of each kind of standing; answers what her pages are called. */
export async function prepare(context, phone = '13800000001') {
  const page = await openPage(context, APP)
  await signIn(context, page, phone)
  const corrected = await send(page, await readyRent(page))
  const desk = await officerOf('gjj-center')
  await desk.act(corrected, { act: 'claim' })
  const points = [
    { target: 'field:rent_month', name: { zh: '月租金', en: 'Monthly rent' }, words: '填报月租金与合同不一致，请更正。', remedy: '填的房租和合同上写的不一样，照合同改一下。' },
    { target: 'material:lease-contract', name: { zh: '租赁合同', en: 'Lease contract' }, words: '租赁合同缺签章页，请补正。', remedy: '把有双方签名的那一页拍上来。' },
  ]
  await desk.act(corrected, { act: 'request_correction', points, days: 15 })
  const sentDraft = await readyRent(page)
  const caseId = await send(page, sentDraft)
  const owed = await send(page, await readyRent(page, true))
  const open = await until('the residence permit', () => command(page, 'draft_start', { code: 'residence-permit' }).catch(() => undefined))
  const joint = await command(page, 'draft_start', { code: 'open-hotpot' })
  const rent = await readyRent(page)
  await until('the correction on the device', async () => (await command(page, 'case_open', { case_id: corrected })).case?.status === 'correction_requested')
  const licence = (await command(page, 'licence_list')).licences[0]?.id
  const routes = [
    ['home', '/'], ['search', '/search?q=gjj'], ['search-none', '/search?q=zzzz'], ['items', '/items'], ['items-theme', '/items?theme=housing'], ['guide', '/items/gjj-rent'], ['calculate', '/items/startup-loan/calculate'], ['joint-guide', '/items/open-hotpot'], ['plan', `/drafts/${joint.id}/plan`], ['appointments', '/appointments'],
    ['start', `/drafts/${open.id}`], ['question', `/drafts/${rent.id}/q/housing`], ['question-days', `/drafts/${rent.id}/q/term`], ['question-money', `/drafts/${rent.id}/q/rent`], ['joint-question', `/drafts/${joint.id}/q/${joint.state.pages[0].id}`],
    ['materials', `/drafts/${rent.id}/materials`], ['check', `/drafts/${rent.id}/check`], ['sent', `/drafts/${sentDraft.id}/sent`],
    ['drafts', '/drafts'], ['cases', '/cases'], ['case', `/cases/${caseId}`], ['case-waits', `/cases/${corrected}`],
    ['correction', `/cases/${corrected}/correction`], ['case-owed', `/cases/${owed}`], ['supply', `/cases/${owed}/papers`], ['withdraw', `/cases/${caseId}/withdraw`], ['outbox', '/outbox'], ['inbox', '/inbox'],
    ['licences', '/licences'], ['licence', `/licences/${licence}`], ['access', '/access'], ['me', '/me'], ['settings', '/settings'], ['devices', '/devices'], ['recovery', '/recovery'], ['key', '/key'],
    ['help', '/help'], ['publicity', '/publicity'], ['welcome', '/welcome'], ['missing', '/no-such-page'],
  ]
  return { page, caseId, corrected, routes }
}

/** Puts the app into a mode and loads it anew. */
export async function wear(page, { width, height = 844, mode = 'standard', theme = 'light', text = 100, language = 'zh-CN' }) {
  const { settings } = await command(page, 'app_start')
  await command(page, 'settings_save', { settings: { ...settings, mode, theme, text_percent: text, language, first_run_done: true } })
  await page.setViewportSize({ width, height })
  await page.goto(`${APP}/`)
  await page.reload()
}
