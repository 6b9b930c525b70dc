/**
 * Pictures and checks of the pages of drafts, cases and the outbox over the fixture host:
 * `node dev/shots-apply.mjs <out dir> [name filter]`, MODES=std,pc,… The dev server must run.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const [out = '../shots/apply', filter = ''] = process.argv.slice(2)
const base = process.env.HAOBAN_UI ?? 'http://127.0.0.1:5173'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
mkdirSync(out, { recursive: true })

const press = (words) => async (page) => {
  await page.locator('main .btn.p').last().click()
  await page.waitForTimeout(words ? 400 : 300)
}
const pages = {
  start: ['/drafts/drf_02'],
  start_upgrade: ['/drafts/drf_06'],
  q_choice: ['/drafts/drf_01/q/housing'],
  q_error: ['/drafts/drf_05/q/term', press()],
  q_money: ['/drafts/drf_01/q/rent', press()],
  q_card: ['/drafts/drf_01/q/card'],
  q_permit: ['/drafts/drf_02/q/residence'],
  materials: ['/drafts/drf_07/materials'],
  materials_error: ['/drafts/drf_01/materials', press()],
  check: ['/drafts/drf_04/check'],
  check_error: ['/drafts/drf_01/check', press()],
  check_sign_in: ['/drafts/drf_04/check?session=out', async (page) => { await page.locator('.declare').click(); await press()(page) }],
  sent: ['/drafts/drf_04/sent'],
  sent_waiting: ['/drafts/drf_04/sent?online=0'],
  drafts: ['/drafts'],
  drafts_empty: ['/drafts?empty'],
  outbox: ['/outbox'],
  outbox_offline: ['/outbox?online=0'],
  cases: ['/cases'],
  cases_empty: ['/cases?empty'],
  case_due: ['/cases/cas_01'],
  case: ['/cases/cas_02'],
  case_granted: ['/cases/cas_03'],
  case_refused: ['/cases/cas_05'],
  withdraw: ['/cases/cas_02/withdraw'],
  correction: ['/cases/cas_01/correction'],
}
const fixtureKeys = ['empty', 'session', 'online', 'full']
const modes = {
  std: { width: 390 }, pc: { width: 1280 }, dark: { width: 390, theme: 'dark' }, pcdark: { width: 1280, theme: 'dark' }, senior: { width: 390, mode: 'senior' }, seniorpc: { width: 1280, mode: 'senior' }, seniordark: { width: 390, mode: 'senior', theme: 'dark' },
  tiny: { width: 320, text: '187' }, w320: { width: 320 }, s320: { width: 320, mode: 'senior' }, en: { width: 390, lang: 'en' }, big: { width: 390, mode: 'senior', text: '125' },
}
const wanted = (process.env.MODES ?? 'std,pc').split(',')

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
let bad = 0
for (const name of wanted) {
  const { width, ...settings } = modes[name]
  const context = await browser.newContext({ viewport: { width, height: width > 600 ? 800 : 844 }, deviceScaleFactor: width > 600 ? 1 : 2, bypassCSP: true })
  for (const [key, [path, act]] of Object.entries(pages)) {
    if (filter && !new RegExp(filter).test(key)) continue
    const page = await context.newPage()
    const report = []
    page.on('pageerror', (error) => report.push(`page error ${error.message}`))
    page.on('console', (message) => { if (message.type() === 'error' || message.text().includes('[Vue warn]')) report.push(`console ${message.text().slice(0, 200)}`) })
    const [route, query = ''] = path.split('?')
    const outer = new URLSearchParams({ memory: '', ...settings })
    for (const [k, v] of new URLSearchParams(query)) if (fixtureKeys.includes(k)) outer.set(k, v)
    await page.goto(`${base}/?${outer}#${route}`)
    await page.waitForSelector('main h1', { timeout: 8000 }).catch(() => report.push('no h1'))
    await page.waitForTimeout(350)
    if (act) await act(page)
    report.push(...(await page.evaluate(look, settings.mode === 'senior' ? 64 : 48)))
    await page.evaluate(axe)
    const level = settings.mode === 'senior' ? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'wcag2aaa'] : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } }), level)
    for (const violation of found.violations) report.push(`axe ${violation.id}: ${violation.nodes.slice(0, 2).map((n) => `${n.target} ${n.any?.[0]?.message ?? ''}`).join('; ')}`)
    if (report.length) { bad++; console.log(`${key}.${name}: ${report.join(' | ')}`) }
    await page.screenshot({ path: `${out}/${key}.${name}.png`, fullPage: true })
    await page.close()
  }
  await context.close()
}
await browser.close()
console.log(bad === 0 ? 'clean' : `${bad} pages with findings`)

function look(target) {
  const found = []
  if (document.documentElement.scrollWidth > innerWidth) {
    const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(-4)
    found.push(`sideways ${document.documentElement.scrollWidth}: ${wide.map((e) => `${e.tagName}.${e.getAttribute('class') ?? ''}`).join(' ')}`)
  }
  if (document.querySelectorAll('h1').length !== 1) found.push(`${document.querySelectorAll('h1').length} h1`)
  const open = document.querySelector('dialog[open]')
  for (const e of (open ?? document).querySelectorAll('a,button,summary,input:not([type=radio]):not([type=checkbox]):not(.vh),select')) {
    if (!e.checkVisibility({ visibilityProperty: true }) || e.closest('.skip') || e.classList.contains('skip')) continue
    const r = e.matches('input,select') ? (e.closest('.inp') ?? e).getBoundingClientRect() : e.getBoundingClientRect()
    if (r.width === 0) continue
    if (r.height < target - 0.6 || r.width < target - 0.6) found.push(`small ${Math.round(r.width)}x${Math.round(r.height)} "${(e.textContent || e.id || '').trim().slice(0, 12)}"`)
  }
  const key = /^[a-z]+\.[a-z_]+$/
  for (const n of document.querySelectorAll('body *')) if (n.children.length === 0 && key.test(n.textContent.trim())) found.push(`raw key ${n.textContent.trim()}`)
  const unfilled = document.body.innerText.match(/\{\w+\}/)
  if (unfilled) found.push(`unfilled ${unfilled[0]}`)
  const floor = target === 64 ? 20 : 14
  for (const n of document.querySelectorAll('main *, header *, nav *')) if (n.children.length === 0 && n.textContent.trim() && parseFloat(getComputedStyle(n).fontSize) < floor - 0.1 && !n.classList.contains('vh')) found.push(`tiny ${getComputedStyle(n).fontSize} "${n.textContent.trim().slice(0, 8)}"`)
  return [...new Set(found)].slice(0, 8)
}
