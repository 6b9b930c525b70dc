// Every page in every mode: axe finds nothing, nothing scrolls sideways, one heading, a title, a quiet console.
import { APP, axeSource, close, command, openBrowser, openPage, PASSWORD, pdf, PLATFORM, signIn, step } from './person.mjs'

/** Width, mode, theme, text size, language. */
const MODES = [
  ['standard 390', 390, 'standard', 'light', 100, 'zh-CN'],
  ['standard 1280', 1280, 'standard', 'light', 100, 'zh-CN'],
  ['senior 390', 390, 'senior', 'light', 100, 'zh-CN'],
  ['dark 390', 390, 'standard', 'dark', 100, 'zh-CN'],
  ['320 at 30 px', 320, 'standard', 'light', 187, 'zh-CN'],
  ['English 390', 390, 'standard', 'light', 100, 'en'],
]
const only = process.argv[2]
const browser = await openBrowser()

async function look(page, name, senior) {
  const found = []
  await page.waitForFunction(() => document.querySelector('h1') !== null).catch(() => found.push('no h1 came'))
  await page.waitForTimeout(350)
  const facts = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: document.querySelectorAll('h1').length,
    title: document.title,
    lang: document.documentElement.lang,
  }))
  if (facts.wide > 1) found.push(`scrolls sideways by ${facts.wide} px`)
  if (facts.headings !== 1) found.push(`${facts.headings} h1`)
  if (facts.title === '') found.push('no title')
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const results = await page.evaluate(async (senior) => {
    const rules = senior ? { 'color-contrast-enhanced': { enabled: true } } : {}
    const found = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules, resultTypes: ['violations'] })
    return found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')}`)
  }, senior)
  found.push(...results, ...page.faults.splice(0))
  if (found.length > 0) throw new Error(`${name}\n    ${found.join('\n    ')}`)
}

/** A person with a draft, a case and licences, so that no page is empty. */
async function prepare(context) {
  const page = await openPage(context, APP)
  await signIn(context, page, '13800000001')
  const draft = await command(page, 'draft_start', { code: 'gjj-rent' })
  for (let tries = 0; tries < 100; tries += 1) {
    const view = await command(page, 'draft_open', { draft_id: draft.id })
    if ((view.state.fields.bank_card?.offered.length ?? 0) > 1) break
    await page.waitForTimeout(100)
  }
  const answers = { housing: 'market', who: 'self', term: { from: '2026-03-01', to: '2027-02-28' }, rent_month: 180000, address: { region: '410105', detail: '锦绣苑 3 号楼 602' }, bank_card: '6217000000000000004' }
  const { revision } = await command(page, 'draft_save', { draft_id: draft.id, revision: draft.revision, changes: answers })
  const token = await page.evaluate(async (bytes) => (await (await fetch('/host/files', { method: 'POST', headers: { 'X-File-Name': 'lease.pdf' }, body: new Uint8Array(bytes) })).json()).token, [...pdf()])
  await command(page, 'material_attach', { draft_id: draft.id, slot: 'lease-contract', tokens: [token] })
  const ready = await command(page, 'material_defer', { draft_id: draft.id, slot: 'rent-records', promised: true })
  const sent = await command(page, 'draft_submit', { draft_id: draft.id, revision: Math.max(ready.revision, revision), declared: true })
  for (let tries = 0; tries < 100 && (await command(page, 'case_list')).cases.length === 0; tries += 1) await page.waitForTimeout(100)
  const open = await command(page, 'draft_start', { code: 'residence-permit' })
  const licences = (await command(page, 'licence_list')).licences
  return { page, draft: open.id, caseId: sent.case_id, licence: licences[0]?.id }
}

const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
const { page, draft, caseId, licence } = await prepare(context)
const ROUTES = ['/', '/search?q=gjj', '/items', '/items/gjj-rent', `/drafts/${draft}`, `/drafts/${draft}/q/1`, `/drafts/${draft}/materials`, `/drafts/${draft}/check`, '/drafts', '/cases', `/cases/${caseId}`, `/cases/${caseId}/withdraw`, '/outbox', '/inbox', '/licences', `/licences/${licence}`, '/access', '/me', '/settings', '/help', '/no-such-page']

for (const [name, width, mode, theme, text, language] of MODES.filter(([name]) => only === undefined || name === only)) {
  const { settings } = await command(page, 'app_start')
  await command(page, 'settings_save', { settings: { ...settings, mode, theme, text_percent: text, language, first_run_done: true } })
  // Tall enough that the bar at the bottom covers no link: what is half hidden by scrolling is not small.
  await page.setViewportSize({ width, height: 2600 })
  await page.goto(`${APP}/`)
  await page.reload()
  await step(`pages in ${name}`, async () => {
    const broken = []
    for (const route of ROUTES) {
      await page.goto(`${APP}/#${route}`)
      await look(page, route, mode === 'senior').catch((error) => broken.push(error.message))
    }
    if (broken.length > 0) throw new Error(broken.join('\n  '))
  }, true)
}

const desk = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
const officer = await openPage(desk, `${PLATFORM}/desk`)
await step('the desk', async () => {
  await look(officer, 'sign-in', false)
  await officer.fill('#account', 'desk-gjj-center')
  await officer.fill('#password', PASSWORD)
  await officer.click('button[type=submit]')
  await officer.locator('table').waitFor()
  await look(officer, 'queue', false)
  await officer.goto(`${PLATFORM}/desk#/cases/${caseId}`)
  await officer.locator('.decide').waitFor()
  await look(officer, 'case', false)
  await officer.goto(`${PLATFORM}/desk#/cases/${caseId}/correct`)
  await officer.locator('.pick').first().waitFor()
  await look(officer, 'correction', false)
})
await browser.close()
close()
