// Two officers of one office share a queue: order, keys, claiming at the same time, a pause, a refusal with its reasons, and the
// log that is written before anything is shown.
import { claim, signInAtDesk } from './desk.mjs'
import { prepareRents } from './resident.mjs'
import { APP, close, command, must, openBrowser, openPage, PLATFORM, signIn, step, until } from './person.mjs'

const browser = await openBrowser()
const resident = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
const desks = { viewport: { width: 1440, height: 900 }, locale: 'zh-CN' }
const [first, second] = [await browser.newContext(desks), await browser.newContext(desks)]
let page, cases, one, other

const inQueue = (officer, id) => officer.locator(`tr:has(a[href="#/cases/${id}"])`)
const open = async (officer, id) => {
  await officer.goto(`${PLATFORM}/desk#/cases/${id}`)
  await officer.locator('.decide').waitFor()
}
const statusOf = async (id) => (await command(page, 'case_open', { case_id: id })).case.status

await step('a resident sends three cases', async () => {
  page = await openPage(resident, APP)
  await page.getByRole('button', { name: '选好了，开始用' }).click()
  await page.locator('[role=search] input').waitFor()
  await signIn(resident, page, '13800000001')
  cases = await prepareRents(page, 3)
})
await step('the queue goes by the day that is due', async () => {
  one = await signInAtDesk(first, 'gjj-center')
  other = await signInAtDesk(second, 'gjj-center-2')
  await inQueue(one, cases[0]).waitFor()
  const told = await one.evaluate(async () => (await (await fetch('/v1/desk/queue?filter=open')).json()).rows.map((row) => [row.case_id, row.due]))
  const days = told.map(([, due]) => due)
  must(days.every((day, at) => at === 0 || days[at - 1] <= day), `the platform orders ${days}`)
  const shown = await one.locator('tbody tr:not(.band) a').evaluateAll((links) => links.map((link) => link.getAttribute('href').split('/').at(-1)))
  must(JSON.stringify(shown) === JSON.stringify(told.map(([id]) => id)), 'the page shows another order')
})
await step('keys alone go through the queue and open a case', async () => {
  await one.locator('#queue-title').click()
  await one.keyboard.press('j')
  await one.keyboard.press('k')
  const current = await one.locator('tr.cur a').getAttribute('href')
  await one.keyboard.press('Enter')
  await one.locator('.decide').waitFor()
  must(one.url().endsWith(current.slice(1)), `${one.url()} instead of ${current}`)
  await one.keyboard.press('?')
  await one.locator('dialog').getByText('上下一件').waitFor()
  await one.keyboard.press('Escape')
})
await step('what an officer opens is in the resident’s log before it is shown', async () => {
  let logged
  await one.route(`**/v1/desk/cases/${cases[2]}/open`, async (route) => {
    const answer = await route.fetch()
    // The answer is here and the page has not got it yet.
    const lines = (await command(page, 'access_log_open')).entries
    logged = lines.some((line) => line.case_number && JSON.stringify(line).includes('公积金'))
    await route.fulfill({ response: answer })
  })
  await open(one, cases[2])
  must(logged, 'nobody wrote down who looked')
})
await step('of two who claim the same case one is told who has it', async () => {
  await open(one, cases[0])
  await open(other, cases[0])
  await claim(one)
  await other.locator('.acts').getByRole('button', { name: /^领办/ }).click()
  await other.getByText(/这件刚被改过|现在的状态不能这样办/).first().waitFor()
  await other.locator('.right .st').getByText('正在办这件').waitFor()
  must((await other.locator('.acts').getByRole('button').count()) === 0, 'the other officer may still act')
})
await step('a special procedure stops the clock and the resident is told', async () => {
  await one.locator('.acts').getByRole('button', { name: '受理', exact: true }).click()
  await one.locator('dialog').getByRole('button', { name: '受理' }).click()
  await until('the acceptance', async () => (await statusOf(cases[0])) !== 'submitted')
  await one.getByRole('button', { name: '特别程序' }).click()
  const dialog = one.locator('dialog')
  await dialog.getByLabel('专家评审').check()
  await dialog.locator('#suspend-days').fill('90')
  await dialog.getByRole('button', { name: '发出，停表' }).click()
  await dialog.getByText('请填 1 到 60 之间的数').waitFor()
  await dialog.locator('#suspend-days').fill('12')
  await dialog.getByRole('button', { name: '发出，停表' }).click()
  await until('the pause on the phone', async () => (await statusOf(cases[0])) === 'suspended')
  await page.goto(`${APP}/#/cases/${cases[0]}`)
  await page.getByText(/暂停|特别程序/).first().waitFor()
  await one.locator('.acts').getByRole('button', { name: '恢复办理' }).click()
  await one.locator('dialog').getByRole('button', { name: '恢复办理' }).click()
  await until('the end of the pause', async () => (await statusOf(cases[0])) !== 'suspended')
})
await step('the first step is passed on with an opinion', async () => {
  for (const button of await one.getByRole('button', { name: '属实，通过' }).all()) await button.click()
  await one.locator('.decide .left button').first().click()
  await one.locator('.acts .p').click()
  await one.locator('dialog button.p').click()
  await claim(one)
})
await step('a refusal needs a reason and carries the ways against it', async () => {
  await one.locator('.acts').getByRole('button', { name: /^不准/ }).click()
  const dialog = one.locator('dialog')
  await dialog.getByRole('button', { name: '发出不予许可决定' }).click()
  await dialog.getByText('请至少写一条理由').waitFor()
  await dialog.locator('#own-reason').fill('所填租期与备案合同不符。')
  await dialog.getByRole('button', { name: '发出不予许可决定' }).click()
  await until('the refusal on the phone', async () => (await statusOf(cases[0])) === 'refused')
  await page.goto(`${APP}/#/cases/${cases[0]}`)
  await page.reload()
  for (const words of ['所填租期与备案合同不符', '复议', '起诉']) await page.getByText(words).first().waitFor()
})
await step('neither page broke its own rules', () => {
  for (const shown of [page, one, other]) must(shown.faults.length === 0, shown.faults.join('\n'))
})

await browser.close()
close()
