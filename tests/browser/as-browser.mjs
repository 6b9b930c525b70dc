// Plays the system browser: opens the address the app asked for and signs in there. `as-browser.mjs <phone>`.
import { openBrowser, PASSWORD } from './person.mjs'

const [phone] = process.argv.slice(2)
const browser = await openBrowser()
const page = await browser.newPage({ locale: 'zh-CN' })
page.setDefaultTimeout(20_000)
await page.goto(process.env.HAOBAN_SIGN_IN_URL)
await page.fill('input[name=phone]', phone)
await page.fill('input[name=password]', PASSWORD)
await page.click('main button[type=submit]')
await page.waitForURL(/callback/)
await browser.close()
