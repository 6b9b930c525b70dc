// Every page in every mode as a picture, and a sheet a page that shows all its modes side by side.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { APP, close, command, openBrowser, openPage, PASSWORD, PLATFORM, step } from './person.mjs'
import { prepare, wear } from './resident.mjs'

const FOLDER = process.env.HAOBAN_SHOTS_DIR ?? 'shots'
mkdirSync(FOLDER, { recursive: true })
const only = (process.env.HAOBAN_SHOTS_ONLY ?? '').split(',').filter(Boolean)
const MODES = [390, 1280].flatMap((width) => ['standard', 'senior'].flatMap((mode) => ['light', 'dark'].map((theme) => ({ width, height: width === 390 ? 844 : 800, mode, theme, name: `${width}-${mode}-${theme}` }))))
const browser = await openBrowser()
const taken = new Map()

async function shoot(page, name, mode, whole = true) {
  await page.waitForFunction(() => document.querySelector('h1') !== null)
  await page.waitForTimeout(400)
  const file = `${name}.${mode}.png`
  await page.screenshot({ path: join(FOLDER, file), fullPage: whole })
  taken.set(name, [...(taken.get(name) ?? []), [mode, file]])
}

// Before anybody signs in on this device.
await step('the sign-in page', async () => {
  const other = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
  const app = await openPage(other, APP)
  const { url } = await command(app, 'session_begin')
  const tab = await openPage(other, url)
  await shoot(tab, 'provider-sign-in', '390')
  await tab.setViewportSize({ width: 1280, height: 800 })
  await shoot(tab, 'provider-sign-in', '1280')
  await tab.goto(`${PLATFORM}/demo/messages`)
  await shoot(tab, 'demo-messages', '1280')
  await command(app, 'session_cancel')
  await other.close()
}, true)

const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', reducedMotion: 'reduce' })
const { page, caseId, corrected, routes } = await prepare(context)
for (const mode of MODES) {
  await wear(page, mode)
  await step(mode.name, async () => {
    for (const [name, route] of routes.filter(([name]) => only.length === 0 || only.includes(name))) {
      await page.goto(`${APP}/#${route}`)
      await shoot(page, name, mode.name)
    }
  }, true)
}

await step('the desk', async () => {
  for (const [width, height] of [[1440, 900], [1280, 800]]) {
    const desk = await browser.newContext({ viewport: { width, height }, locale: 'zh-CN' })
    const officer = await openPage(desk, `${PLATFORM}/desk`)
    await shoot(officer, 'desk-sign-in', String(width), false)
    await officer.fill('#account', 'desk-gjj-center')
    await officer.fill('#password', PASSWORD)
    await officer.click('button[type=submit]')
    await officer.locator('table').waitFor()
    await shoot(officer, 'desk-queue', String(width), false)
    await officer.goto(`${PLATFORM}/desk#/cases/${caseId}`)
    await officer.locator('.decide').waitFor()
    await officer.waitForTimeout(1200)
    await shoot(officer, 'desk-case', String(width), false)
    await officer.goto(`${PLATFORM}/desk#/cases/${caseId}/correct`)
    await officer.locator('.pick').first().waitFor()
    await shoot(officer, 'desk-correction', String(width), false)
    await officer.goto(`${PLATFORM}/desk#/cases/${corrected}`)
    await officer.waitForTimeout(800)
    await shoot(officer, 'desk-case-waits', String(width), false)
    await desk.close()
  }
}, true)

await step('the contact sheet', async () => {
  const cell = ([mode, file]) => `<figure><a href="${file}"><img loading="eager" src="${file}" alt=""></a><figcaption>${mode}</figcaption></figure>`
  const row = ([name, shots]) => `<h2>${name}</h2><div class="row">${shots.map(cell).join('')}</div>`
  const html = `<!doctype html><meta charset="utf-8"><title>Haoban shots</title><style>body{font:14px sans-serif;margin:16px;background:#ddd}.row{display:flex;gap:12px;align-items:flex-start;flex-wrap:wrap}img{height:420px;object-fit:cover;object-position:top;border:1px solid #888;max-width:640px}figure{margin:0}</style>${[...taken].map(row).join('')}`
  writeFileSync(join(FOLDER, 'index.html'), html)
  const sheet = await openPage(await browser.newContext({ viewport: { width: 2600, height: 1200 } }), pathToFileURL(join(FOLDER, 'index.html')).href)
  await sheet.waitForLoadState('load')
  await sheet.screenshot({ path: join(FOLDER, 'contact-sheet.png'), fullPage: true })
}, true)
await browser.close()
close()
