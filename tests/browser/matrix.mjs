// Every page in every mode: axe finds nothing, nothing scrolls sideways, one heading, a title, a quiet console.
// Without arguments all of it; with the name of a share only that, so that several can run beside each other.
import { APP, axeSource, close, command, openBrowser, openPage, PASSWORD, PLATFORM, step, until } from './person.mjs'
import { prepare, wear } from './resident.mjs'

/** Name, how it is worn, and the share it belongs to. */
const MODES = [
  ['standard 390', { width: 390 }, 'phone'],
  ['standard 1280', { width: 1280 }, 'wide'],
  ['senior 390', { width: 390, mode: 'senior' }, 'phone'],
  ['senior 1280', { width: 1280, mode: 'senior' }, 'wide'],
  ['dark 390', { width: 390, theme: 'dark' }, 'phone'],
  ['senior dark 390', { width: 390, mode: 'senior', theme: 'dark' }, 'phone'],
  ['320 at 30 px', { width: 320, text: 187 }, 'narrow'],
  ['senior 320', { width: 320, mode: 'senior' }, 'narrow'],
  ['English 390', { width: 390, language: 'en' }, 'narrow'],
  ['dark 1280', { width: 1280, theme: 'dark' }, 'wide'],
  ['senior dark 1280', { width: 1280, mode: 'senior', theme: 'dark' }, 'wide'],
  ['English 1280', { width: 1280, language: 'en' }, 'wide'],
  ['forced colours 390', { width: 390, forced: true }, 'narrow'],
]
/** Pages that are different for somebody who has nothing yet. */
const EMPTY = ['/', '/drafts', '/cases', '/outbox', '/inbox', '/licences', '/appointments', '/access', '/me', '/key', '/sign-in']
const only = process.env.HAOBAN_SHARE
/** What is looked at once stands with a share that has time for it. */
const of = (share) => only === undefined || only === share
const browser = await openBrowser()

async function look(page, name, senior, forced = false) {
  const found = []
  await page.waitForFunction(() => document.querySelector('h1') !== null).catch(() => found.push('no h1 came'))
  await page.waitForTimeout(350)
  const facts = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    widest: [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).slice(-4).map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 30)}`).join(' | '),
    headings: document.querySelectorAll('h1').length,
    title: document.title,
  }))
  if (facts.wide > 1) found.push(`scrolls sideways by ${facts.wide} px: ${facts.widest}`)
  if (facts.headings !== 1) found.push(`${facts.headings} h1`)
  if (facts.title === '') found.push('no title')
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const results = await page.evaluate(async ([senior, forced]) => {
    const rules = senior ? { 'color-contrast-enhanced': { enabled: true } } : {}
    // With forced colours the person chose them; what the page would have liked is not what is shown.
    if (forced) rules['color-contrast'] = { enabled: false }
    const found = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules, resultTypes: ['violations'] })
    return found.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')}`)
  }, [senior, forced])
  found.push(...results, ...page.faults.splice(0))
  if (found.length > 0) throw new Error(`${name}\n    ${found.join('\n    ')}`)
}

const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
const fresh = await openPage(context, APP)
if (of('phone')) await step('pages of somebody who has nothing yet', async () => {
  for (const mode of [{ width: 390 }, { width: 390, mode: 'senior', theme: 'dark' }]) {
    await wear(fresh, { ...mode, height: 9000 })
    for (const route of EMPTY) {
      await fresh.goto(`${APP}/#${route}`)
      await fresh.locator('h1').first().waitFor()
      await look(fresh, `${route} with nothing`, mode.mode === 'senior')
    }
  }
}, true)
if (of('phone')) await step('the sign-in page, also after a mistake', async () => {
  const { url } = await command(fresh, 'session_begin')
  const tab = await openPage(context, url)
  for (const colorScheme of ['light', 'dark']) {
    await tab.emulateMedia({ colorScheme })
    await tab.goto(url)
    await look(tab, `sign-in ${colorScheme}`, false)
    await tab.fill('input[name=phone]', '13800000009')
    await tab.fill('input[name=password]', 'not the password')
    await tab.click('main button[type=submit]')
    await tab.locator('[role=alert]').first().waitFor()
    await look(tab, `sign-in ${colorScheme} after a mistake`, false)
  }
  await tab.close()
  await command(fresh, 'session_cancel').catch(() => undefined)
}, true)
await fresh.close()
const { page, caseId, routes } = await prepare(context)

for (const [name, mode] of MODES.filter(([, , share]) => of(share))) {
  // Tall enough that the bar at the bottom covers no link of the longest page: what is half hidden is not small.
  await wear(page, { ...mode, height: 9000 })
  await page.emulateMedia({ forcedColors: mode.forced ? 'active' : 'none' })
  await step(`pages in ${name}`, async () => {
    const broken = []
    for (const [, route] of routes) {
      await page.goto(`${APP}/#${route}`)
      await page.locator('h1').first().waitFor()
      // A page that sends people elsewhere would be looked at twice and itself never.
      const there = await page.evaluate(() => location.hash.slice(1))
      if (there !== route) broken.push(`${route} leads to ${there}`)
      await look(page, route, mode.mode === 'senior', mode.forced).catch((error) => broken.push(error.message))
    }
    if (broken.length > 0) throw new Error(broken.join('\n  '))
  }, true)
}

if (of('wide')) await step('dialogs', async () => {
  await page.emulateMedia({ forcedColors: 'none' })
  const route = (name) => routes.find(([known]) => known === name)[1]
  const dialogs = [
    ['licence', (page) => page.locator('main .btn.p').first().click()],
    ['settings', (page) => page.getByRole('button', { name: /^(清除|删除|抹掉)/ }).first().click()],
  ]
  for (const mode of [{ width: 390 }, { width: 390, mode: 'senior' }, { width: 1280, theme: 'dark' }]) {
    await wear(page, mode)
    for (const [name, openIt] of dialogs) {
      await page.goto(`${APP}/#${route(name)}`)
      // Loaded anew, so that no button of the page before is taken for one of this.
      await page.reload()
      await page.locator('h1').first().waitFor()
      await openIt(page)
      await page.locator('dialog[open]').waitFor()
      const focused = await page.evaluate(() => document.querySelector('dialog[open]').contains(document.activeElement))
      if (!focused) throw new Error(`${name}: the dialog has not the focus`)
      await look(page, `${name} with its dialog ${JSON.stringify(mode)}`, mode.mode === 'senior')
      await page.keyboard.press('Escape')
      await page.locator('dialog[open]').waitFor({ state: 'detached' }).catch(() => page.locator('dialog[open]').waitFor({ state: 'hidden' }))
    }
  }
}, true)

if (of('wide')) await step('another draft is another page, and so is another case', async () => {
  await wear(page, { width: 390 })
  const route = (name) => routes.find(([known]) => known === name)[1]
  const heading = async (name) => {
    await page.goto(`${APP}/#${route(name)}`)
    await page.waitForTimeout(400)
    return page.locator('main').innerText()
  }
  const [first, second] = [await heading('start'), await heading('check')]
  if (!first.includes('居住证') || second.includes('居住证')) throw new Error('the second draft shows the first one')
  const [sent, waits] = [await heading('case'), await heading('case-waits')]
  if (sent.includes('等您补') || !waits.includes('等您补')) throw new Error('the second case shows the first one')
}, true)

if (of('wide')) await step('the desk', async () => {
  const desk = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
  const officer = await openPage(desk, `${PLATFORM}/desk`)
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

// Last, for nobody starts it again: what a phone shows when the network is gone.
if (of('narrow')) await step('without a network every page shows what is known, or says what is missing', async () => {
  await page.emulateMedia({ forcedColors: 'none' })
  process.kill(Number(process.env.HAOBAN_PLATFORM_PID), 'SIGKILL')
  const broken = []
  for (const mode of [{ width: 390 }, { width: 390, mode: 'senior', theme: 'dark' }, { width: 1280, language: 'en' }]) {
    await wear(page, { ...mode, height: 9000 })
    for (const [name, route] of routes) {
      await page.goto(`${APP}/#${route}`)
      await page.locator('h1').first().waitFor()
      // Whatever comes, comes from this device: a moment is enough.
      const said = await until('words', async () => {
        const loading = await page.locator('main .loading').count()
        const words = (await page.locator('main').innerText()).trim()
        return loading === 0 && words.length >= 20 ? words : undefined
      }, 80).catch(() => undefined)
      if (said === undefined) broken.push(`${name} never stops loading, or says nothing: ${await page.locator('main').innerText()}`)
      await look(page, `${name} without network ${JSON.stringify(mode)}`, mode.mode === 'senior').catch((error) => broken.push(error.message))
    }
  }
  if (broken.length > 0) throw new Error(broken.join('\n  '))
}, true)
await browser.close()
close()
