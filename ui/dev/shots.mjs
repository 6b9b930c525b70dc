/**
 * Pictures of pages over the fixture host: `node dev/shots.mjs <out dir> [name filter]`.
 * The dev server must run (`npm run dev`). Also says which pages scroll sideways or hold small targets.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const [out = '../shots/dev', filter = ''] = process.argv.slice(2)
const base = process.env.HAOBAN_UI ?? 'http://127.0.0.1:5173'
mkdirSync(out, { recursive: true })

const pages = {
  home: '/', home_empty: '/?empty&session=out', search: '/search?q=gjj', search_none: '/search?q=xyz', items: '/items', guide: '/items/gjj-rent', guide_tax: '/items/deed-tax',
  inbox: '/inbox', inbox_empty: '/inbox?empty', licences: '/licences', licence: '/licences/lic_1', show: '/licences/lic_1?show=1', access: '/access', me: '/me', settings: '/settings', help: '/help',
  sign_in: '/sign-in?session=out', waiting: '/sign-in?session=waiting', failed: '/sign-in?session=failed', vault_locked: '/vault?vault=keychain_locked', vault_none: '/vault?vault=no_keychain', vault_missing: '/vault?vault=key_missing', vault_unreadable: '/vault?vault=unreadable', vault_pass: '/vault?vault=passphrase_needed', vault_damaged: '/vault?vault=damaged', recovery: '/recovery?recovery=none', recovery_again: '/recovery', key: '/key',
  welcome: '/welcome?first', missing: '/nowhere', offline: '/?online=0', saves_lost: '/?lost',
}
const fixtureKeys = ['empty', 'session', 'vault', 'first', 'online', 'recovery', 'lost']
const modes = {
  std: { width: 390 }, pc: { width: 1280 }, dark: { width: 390, theme: 'dark' }, senior: { width: 390, mode: 'senior' }, seniorpc: { width: 1280, mode: 'senior' },
  tiny: { width: 320, text: '187' }, s320: { width: 320, mode: 'senior' }, en: { width: 390, lang: 'en' },
}
const axe = process.env.AXE ? readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8') : undefined
const wanted = (process.env.MODES ?? 'std,pc').split(',')

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
let bad = 0
for (const name of wanted) {
  const { width, ...settings } = modes[name]
  const context = await browser.newContext({ viewport: { width, height: width > 600 ? 800 : 844 }, deviceScaleFactor: width > 600 ? 1 : 2 })
  const page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && console.log(`  console: ${message.text().slice(0, 200)}`))
  page.on('pageerror', (error) => console.log(`  page error: ${error.message}`))
  for (const [key, path] of Object.entries(pages)) {
    if (filter && !new RegExp(filter).test(key)) continue
    const [route, query = ''] = path.split('?')
    const all = new URLSearchParams(query)
    const outer = new URLSearchParams({ memory: '', ...settings })
    const inner = new URLSearchParams()
    for (const [k, v] of all) (fixtureKeys.includes(k) ? outer : inner).set(k, v)
    await page.goto(`${base}/?${outer}#${route}${inner.size ? `?${inner}` : ''}`)
    await page.waitForSelector('h1', { timeout: 8000, state: 'attached' }).catch(() => undefined)
    await page.waitForTimeout(250)
    const report = await page.evaluate(look, settings.mode === 'senior' ? 64 : 48)
    if (axe) {
      if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
      report.push(...(await page.evaluate(judge, settings.mode === 'senior')))
    }
    if (report.length) { bad++; console.log(`${key}.${name}: ${report.join(' | ')}`) }
    await page.screenshot({ path: `${out}/${key}.${name}.png`, fullPage: true })
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
  for (const e of (open ?? document).querySelectorAll('a,button,summary,input:not([type=radio]):not([type=checkbox]),select')) {
    if (!e.checkVisibility({ visibilityProperty: true }) || e.closest('.skip') || e.classList.contains('skip')) continue
    const r = e.getBoundingClientRect()
    if (r.width === 0) continue
    const inline = e.classList.contains('inl')
    if (!inline && (r.height < target - 0.6 || r.width < target - 0.6)) found.push(`small ${Math.round(r.width)}x${Math.round(r.height)} "${(e.textContent || e.getAttribute('aria-label') || '').trim().slice(0, 12)}"`)
  }
  const key = /^[a-z]+\.[a-z_]+$/
  for (const n of document.querySelectorAll('body *')) if (n.children.length === 0 && key.test(n.textContent.trim())) found.push(`raw key ${n.textContent.trim()}`)
  const floor = target === 64 ? 20 : 14
  for (const n of document.querySelectorAll('main *, header *, nav *')) if (n.children.length === 0 && n.textContent.trim() && parseFloat(getComputedStyle(n).fontSize) < floor - 0.1 && !n.classList.contains('vh')) found.push(`tiny ${getComputedStyle(n).fontSize} "${n.textContent.trim().slice(0, 8)}"`)
  return [...new Set(found)].slice(0, 8)
}

async function judge(senior) {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
  const rules = senior ? { 'color-contrast-enhanced': { enabled: true } } : {}
  const result = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags }, rules })
  return result.violations.map((one) => `axe ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' ; ')}`)
}
