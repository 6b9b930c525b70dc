// A person at a browser: opens pages, presses what they can read, and keeps a tally.
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../ui/package.json', import.meta.url))
const { chromium } = require('playwright-core')
export const axeSource = require('axe-core').source

export const APP = process.env.HAOBAN_APP_URL ?? 'http://127.0.0.1:8430'
/** One device each: a script with several people gives each a device of their own. */
export const APPS = (process.env.HAOBAN_APP_URLS ?? APP).split(',')
export const PLATFORM = process.env.HAOBAN_PLATFORM_URL ?? 'http://127.0.0.1:8420'
export const PASSWORD = 'haoban-demo-2026'

let passed = 0
let failed = 0
const pages = []

/** Runs one step and prints its line. A failure ends the run unless the next step does not stand on this one. */
export async function step(name, work, goOn = false) {
  try {
    await work()
    passed += 1
    console.log(`ok ${name}`)
    return true
  } catch (error) {
    failed += 1
    // What follows stands on this step: saying so is quicker and clearer than a row of time-outs.
    console.log(`not ok ${name}\n  ${String(error.stack ?? error).split('\n').slice(0, 60).join('\n  ')}`)
    if (goOn) return false
    for (const page of pages) console.log(`  ${page.url()}\n  ${(await page.innerText('body').catch(() => '')).replaceAll('\n', ' ').slice(0, 600)}`)
    close()
    return false
  }
}

/** Fails with words. */
export function must(condition, words) {
  if (!condition) throw new Error(words)
}

/** Prints the plain closing line and ends the process accordingly. */
export function close() {
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed > 0 ? 1 : 0)
}

/** The system's Chromium without anything that calls home. */
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.HAOBAN_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-proxy-server'],
  })
}

/** A page that remembers what went wrong in its console. A refused request is an answer, not a fault. */
export async function openPage(context, address) {
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  pages.push(page)
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) page.faults.push(message.text())
  })
  await page.goto(address)
  return page
}

/** Runs a command of the app directly, for what a test must know but a person would not read off the page. */
export async function command(page, name, request = {}) {
  return page.evaluate(async ([name, request]) => {
    const answer = await fetch(`/rpc/${name}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) })
    const body = await answer.json()
    if (!answer.ok) throw new Error(`${name}: ${body.code} ${JSON.stringify(body.params)}`)
    return body
  }, [name, request])
}

/** Asks until the answer is there; fails with what was waited for. */
export async function until(what, ask, tries = 200) {
  for (let at = 0; at < tries; at += 1) {
    const answer = await ask()
    if (answer) return answer
    await new Promise((go) => setTimeout(go, 100))
  }
  throw new Error(`${what} did not come`)
}

/** Signs somebody in: a second tab plays the system browser. Who has no password gets a code by message. */
export async function signIn(context, page, phone) {
  const view = await command(page, 'session_begin')
  const tab = await context.newPage()
  await tab.goto(view.url)
  if (phone.startsWith('1380000')) {
    await tab.fill('input[name=phone]', phone)
    await tab.fill('input[name=password]', PASSWORD)
    await tab.click('main button[type=submit]')
  } else {
    await tab.getByRole('link', { name: '短信' }).click()
    await tab.fill('input[name=phone]', phone)
    await tab.click('main button[type=submit]')
    await tab.fill('input[name=code]', await codeOf(context, phone))
    await tab.click('main form.card button[type=submit]')
  }
  await tab.waitForURL(/callback/)
  await tab.close()
  await until('the session', async () => (await command(page, 'app_start')).session.state === 'signed_in')
}

/** The code of the last message to a phone, as the local gateway shows it. */
async function codeOf(context, phone) {
  const tab = await context.newPage()
  await tab.goto(`${PLATFORM}/demo/messages`)
  const message = await tab.locator('.msg').filter({ hasText: phone }).first().innerText()
  await tab.close()
  return /(?<!\d)\d{6}(?!\d)/.exec(message)[0]
}

/** The first minutes with the app: how it should look, and who one is. */
export async function settleIn(context, page, phone) {
  await page.getByRole('button', { name: '选好了，开始用' }).click()
  await signIn(context, page, phone)
}

/** A small real PDF. */
export function pdf() {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [4 0 R] /Count 1 >>', '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>',
    '<< /Length 58 >>\nstream\nBT /F1 24 Tf 72 720 Td (Lease contract, both signatures) Tj ET\nendstream']
  let text = '%PDF-1.4\n'
  const offsets = objects.map((object, at) => {
    const offset = text.length
    text += `${at + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const xref = text.length
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')}`
  return Buffer.from(`${text}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`)
}
