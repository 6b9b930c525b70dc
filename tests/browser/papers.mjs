// Blank forms and filled samples: from the guide, of the service and of what one writes oneself, and without network.
import { readFile } from 'node:fs/promises'
import { APP, close, must, openBrowser, openPage, step } from './person.mjs'

const browser = await openBrowser()
const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
const page = await openPage(phone, APP)
const open = (words) => page.locator('details.papers summary', { hasText: words }).first().click()
const fetched = async (words) => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: words }).click()])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

await step('the guide lists the papers of the service with their sizes', async () => {
  await page.getByRole('button', { name: '选好了，开始用' }).click()
  await page.getByRole('button', { name: '搜索' }).waitFor()
  await page.goto(`${APP}/#/items/gjj-elevator`)
  await open('空白表和填好的样子')
  const rows = page.locator('details.papers[open] .paper')
  await rows.first().waitFor()
  must((await rows.count()) === 3, 'blank, filled and result')
  must(/\d+ KB/.test(await rows.first().innerText()), `no size: ${await rows.first().innerText()}`)
})
await step('a paper comes as a file that asks nothing of anybody', async () => {
  const { name, text } = await fetched(/^空白表/)
  must(name.includes('电梯') && name.endsWith('.html'), name)
  must(text.includes('□') && !/<script|https?:\/\//.test(text), 'it is blank and reaches nowhere')
  await page.locator('.paper', { hasText: '本机有' }).waitFor()
})
await step('what one writes oneself has a blank and a sample', async () => {
  await open('这张纸怎么写')
  const { text } = await fetched(/费用分摊协议，写好的样子/)
  must(text.includes('480,000 元'), 'the sample is filled')
})
await step('without network it says what to do', async () => {
  await page.route('**/rpc/paper_list', (route) => route.fulfill({ status: 503, json: { code: 'offline', params: {}, field_errors: [], retry_after_ms: null, request_id: null } }))
  await page.goto(`${APP}/#/items/library-card`)
  await page.getByRole('heading', { level: 1, name: '借书证' }).waitFor()
  await open('空白表和填好的样子')
  await page.getByText('没有网络，这台设备上还没有存过样表').waitFor()
})
await step('the page broke none of its own rules', () => must(page.faults.length === 0, page.faults.join('; ')))
await browser.close()
close()
