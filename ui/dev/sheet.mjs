/** Puts pictures side by side: `node dev/sheet.mjs <out.png> <height> <picture>...`. */
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'

const [out, height, ...names] = process.argv.slice(2)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const page = await browser.newPage({ viewport: { width: names.length * 400, height: Number(height) } })
const images = names.map((name) => `<div><img src="data:image/png;base64,${readFileSync(name).toString('base64')}" width="${/pc\.png$/.test(name) ? 760 : 390}"></div>`)
await page.setContent(`<style>body{margin:0;background:#9ab;display:inline-flex;gap:8px;align-items:flex-start}div{height:${height}px;overflow:hidden}img{display:block}</style>${images.join('')}`)
const width = await page.evaluate(() => document.body.scrollWidth)
await page.setViewportSize({ width, height: Number(height) })
await page.screenshot({ path: out })
await browser.close()
