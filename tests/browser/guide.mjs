// The guide: every element of the standard stands on the page, the useful ones where one looks for them, the rest folded.
import { APP, close, command, must, openBrowser, openPage, step, until } from './person.mjs'
import { wear } from './resident.mjs'

const browser = await openBrowser()
const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', reducedMotion: 'reduce' })
const page = await openPage(phone, APP)
const fold = (words) => page.locator('.more-rows > details', { has: page.locator('summary', { hasText: words }) }).first()

/** Opens a fold and answers what it holds. */
async function inside(words) {
  const details = fold(words)
  if ((await details.getAttribute('open')) === null) await details.locator('summary').first().click()
  await details.locator('.body').first().waitFor()
  return details.innerText()
}
async function holds(words, wanted) {
  const text = await inside(words)
  const missing = wanted.filter((one) => !text.includes(one))
  must(missing.length === 0, `${words}: no ${missing.join(', ')} in ${text}`)
}
async function guide(code, name) {
  await page.goto(`${APP}/#/items/${code}`)
  await page.getByRole('heading', { level: 1, name }).waitFor()
}

await step('somebody who looks before signing in', async () => {
  await page.getByRole('button', { name: '选好了，开始用' }).click()
  await until('the catalogue', () => command(page, 'guide_open', { code: 'gjj-rent' }).catch(() => undefined))
})
await step('what to bring says original or copy, how many, in which form', async () => {
  await guide('gjj-rent', '公积金提取（租房）')
  await page.locator('.gbody').getByText('原件和复印件各 1\u00a0份').first().waitFor()
  await holds('材料的详细要求', ['租赁合同', '原件和复印件各 1\u00a0份，纸质、电子都行，A4', '自己准备', '政府部门核发', '可以后补', '租期、月租、地址、双方签名要看得清', '依据：'])
})
await step('at a counter: where in the city, how, and in which hall', () => holds('到窗口办', ['带身份证、租赁合同、本人银行卡到窗口', '全市都能办', '在市民中心里', '在惠济区政务服务中心里']))
await step('what comes out, how it comes, and how the days count', () => holds('办好得到什么', ['打到您本人的银行卡', '没有要寄的', '从受理的第二天算起', '3 日内决定准不准']))
await step('who reviews, in how many days, and by what', () => holds('谁来审，看什么', ['公积金中心受理并审查', '住房公积金管理中心', '连续缴满 3 个月', '办好出：提取的公积金']))
await step('questions, complaints and remedies name their offices', async () => {
  await holds('咨询和投诉', ['0371-12329', '0371-12345', '公积金中心服务大厅咨询台', '写信：'])
  await holds('对结果不服怎么办', ['市人民政府行政复议机构', '有管辖权的基层人民法院', '0371-12368'])
})
await step('the formal elements, in the standard’s words', async () => {
  await holds('基本信息', ['基本编码', '实施编码', '授权组织', '住房和城乡建设部', '市级', '法定本级行使', '自然人', '窗口、网上', '登录一次就行', '全市都能办', '不用寄', '不用预约', '每个季度最多提 3 个月', '不用中介服务', '特别程序', '在用，2026年1月1日起'])
  const text = await inside('基本信息')
  must(/\b[0-9A-Z]{18}3002017001005\b/.test(text), `the implementation code: ${text}`)
})
await step('a permit that two offices make, and a card that is mailed', async () => {
  await guide('residence-permit', '居住证办理')
  await holds('基本信息', ['联办机构', '市公安局人口管理部门', '县级、市级', '法定机关', '公安部', '结果可以寄，材料不寄', '一个人同时只能有一张有效的居住证'])
  await holds('办好得到什么', ['实体卡可以寄到您填的地址'])
  await holds('到窗口办', ['不满 16 岁的由监护人带着办', '到负责的单位办'])
})
await step('a tax that companies and offices pay too', async () => {
  await guide('deed-tax', '新房契税申报缴纳')
  await holds('基本信息', ['企业法人', '行政机关', '国家税务总局', '即办件'])
  await holds('对结果不服怎么办', ['上一级税务局'])
})
await step('a licence tells of its hearing, a charge has its table', async () => {
  await guide('food-operation-permit', '食品经营许可')
  await holds('基本信息', ['听证', '行政许可法第四十五条', '非法人企业'])
  await guide('id-card-lost', '居民身份证补领')
  await holds('办好得到什么', ['居民身份证补领', '每证 40 元', '临时居民身份证'])
})
await step('senior mode says it too, and keeps the rest folded', async () => {
  await wear(page, { mode: 'senior', theme: 'light', width: 390, height: 844 })
  await guide('gjj-rent', '公积金提取（租房）')
  await page.locator('.gbody').getByText('原件和复印件各 1\u00a0份').first().waitFor()
  must((await page.locator('.more-rows > details[open]').count()) === 0, 'nothing is open before it is asked for')
})
await step('nothing is wider than the phone, every fold open', async () => {
  for (const code of ['gjj-rent', 'residence-permit', 'deed-tax']) {
    await page.goto(`${APP}/#/items/${code}`)
    await page.locator('.more-rows > details.elements').waitFor()
    await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true }))
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    must(wide <= 0, `${code} is ${wide} px too wide`)
  }
})
await step('the page broke none of its own rules', () => must(page.faults.length === 0, page.faults.join('; ')))
await browser.close()
close()
