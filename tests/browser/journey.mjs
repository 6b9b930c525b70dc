// The main job in a real browser: from the search to the money, with one correction on the way.
import { askCorrection, claim, grant, signInAtDesk } from './desk.mjs'
import { answerPage, goOn } from './form.mjs'
import { APP, close, command, must, openBrowser, openPage, pdf, signIn, step } from './person.mjs'

const browser = await openBrowser()
const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
const page = await openPage(phone, APP)
const see = (words) => page.getByText(words).first().waitFor()
const next = () => page.locator('main .btn.p').last().click()
const heading = () => page.locator('h1').first().innerText()
let caseId = ''

await step('first run asks how it should look', async () => {
  await page.getByRole('button', { name: '选好了，开始用' }).click()
  await page.getByRole('button', { name: '搜索' }).waitFor()
})
await step('signs in through the system browser', async () => {
  await signIn(phone, page, '13800000001')
  await see('王芳')
})
await step('finds the service by misspelt pinyin', async () => {
  await page.getByRole('searchbox').or(page.getByRole('textbox')).first().fill('gongijjin')
  await page.getByRole('button', { name: '搜索' }).click()
  await page.locator('main').getByText('提取').first().waitFor()
  await page.locator('main a[href*="items/gjj-rent"]').first().click()
  await page.getByText('开始办理').first().waitFor()
})
await step('the guide says what is met and what is missing', async () => {
  await see('您已缴 46 个月')
  await page.getByText('开始办理').first().click()
  await page.getByText('开始填').first().click()
  await page.locator('#q-title').waitFor()
})
await step('an unanswered question is named and linked', async () => {
  await next()
  await page.locator('.errsum a').first().waitFor()
  await page.locator('.errsum a').first().click()
  const focused = await page.evaluate(() => document.activeElement?.tagName)
  must(focused === 'INPUT', `the link leads to ${focused}`)
})
await step('answers are kept as they are given', async () => {
  const known = { housing: 'market', who: 'self', term: { from: '2026-03-01', to: '2027-02-28' }, rent_month: 180_000, address: { region: '410105', detail: '锦绣苑 3 号楼 602' } }
  const answer = (field, view) => known[field.id] ?? (field.id === 'bank_card' ? view.state.fields.bank_card.offered[0].value : undefined)
  for (;;) {
    await answerPage(page, answer)
    await page.locator('.save.is-saved').waitFor()
    await goOn(page)
    if (page.url().includes('/materials')) return
  }
})
await step('a reload loses nothing', async () => {
  await page.locator('#m-lease-contract').waitFor()
  await page.reload()
  await page.locator('#m-lease-contract').waitFor()
})
await step('a real PDF is attached and the payments are promised', async () => {
  await page.locator('#m-lease-contract input[type=file]').setInputFiles({ name: '租赁合同.pdf', mimeType: 'application/pdf', buffer: pdf() })
  await see('租赁合同.pdf')
  await page.locator('#m-rent-records-later').check({ force: true })
  await page.waitForTimeout(300)
  await next()
  await page.locator('#declare').waitFor()
})
await step('a photo may be dropped or pasted on it, too', async () => {
  const give = (kind, name) => page.evaluate(async ([kind, name]) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 })
    canvas.getContext('2d').fillRect(40, 40, 200, 120)
    const photo = await new Promise((done) => canvas.toBlob(done, 'image/jpeg'))
    const held = new DataTransfer()
    held.items.add(new File([photo], name, { type: 'image/jpeg' }))
    const event = kind === 'drop' ? new DragEvent('drop', { dataTransfer: held, bubbles: true, cancelable: true }) : new ClipboardEvent('paste', { clipboardData: held, bubbles: true, cancelable: true })
    document.querySelector('#m-lease-contract').dispatchEvent(event)
  }, [kind, name])
  await page.goBack()
  await page.locator('#m-lease-contract').waitFor()
  await give('drop', 'dropped.jpg')
  await see('dropped.jpg')
  await give('paste', 'pasted.jpg')
  await see('pasted.jpg')
  await next()
  await page.locator('#declare').waitFor()
})
await step('nothing is sent without the declaration', async () => {
  await next()
  await page.locator('#declare-error, .errsum').first().waitFor()
  await page.locator('#declare').check({ force: true })
})
await step('one tap sends it and the number comes', async () => {
  await next()
  await see('已提交')
  const cases = async () => (await command(page, 'case_list')).cases
  for (let tries = 0; tries < 100 && (await cases()).length === 0; tries += 1) await page.waitForTimeout(100)
  const [row] = await cases()
  must(row?.number?.length === 24, 'no case number')
  caseId = row.id
})

const desk = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
let officer

await step('an officer claims it and sees the contract as a picture', async () => {
  officer = await signInAtDesk(desk, 'gjj-center')
  await officer.getByRole('link', { name: '办理' }).first().click()
  await claim(officer)
  await officer.waitForFunction(() => (document.querySelector('.light img')?.naturalWidth ?? 0) > 100)
})
await step('the officer asks for one correction', () => askCorrection(officer))
await step('the resident is told and corrects only that', async () => {
  await page.goto(`${APP}/#/cases/${caseId}/correction`)
  await see('月租金')
  await page.locator('#f-rent_month').fill('1900')
  await page.locator('h1').first().click()
  await page.locator('.save.is-saved').waitFor()
  const declare = page.locator('main input[type=checkbox]')
  if (await declare.count() > 0) await declare.first().check({ force: true })
  await page.getByRole('button', { name: '提交更正' }).click()
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await command(page, 'case_open', { case_id: caseId })).case.correction.answered_at) return
    await page.waitForTimeout(100)
  }
  throw new Error(`the correction did not arrive; the page says ${await heading()}`)
})
await step('the officer sees what changed, and waits for what was promised', async () => {
  await officer.reload()
  await officer.getByText('1,900.00').first().waitFor()
  await grant(officer, { name: '其余已看完，等补交' })
  await officer.locator('dialog').getByRole('button', { name: '其余已看完，等补交' }).click()
  await officer.getByText('已停表，等申请人补交').waitFor()
})
await step('the resident hands in what she promised', async () => {
  await page.goto(`${APP}/#/cases`)
  const waits = page.locator('section[aria-labelledby=due]')
  await waits.getByRole('link', { name: /^去补交/ }).click()
  await page.locator('#m-rent-records input[type=file]').setInputFiles({ name: '付租记录.pdf', mimeType: 'application/pdf', buffer: pdf() })
  await see('第 1 份，已附上')
  await page.locator('main label.declare').click()
  await page.getByRole('button', { name: '补交材料' }).click()
  await page.waitForURL(/cases\/cas_[0-9a-f]+$/)
  await see('承诺后补的都齐了')
})
await step('the case is back at the desk and is granted', async () => {
  await officer.reload()
  // What she judged is hers and is judged again on what came.
  await officer.getByRole('button', { name: '属实，通过' }).first().waitFor()
  await grant(officer)
})
await step('the resident holds the result and the inbox tells of it', async () => {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await command(page, 'case_open', { case_id: caseId })).case.status === 'closed') break
    await page.waitForTimeout(100)
  }
  await page.goto(`${APP}/#/cases/${caseId}`)
  await see('已办结')
  await page.goto(`${APP}/#/inbox`)
  await see('公积金')
})
await step('neither page broke its own rules', () => {
  must(page.faults.length === 0, page.faults.join('\n'))
  must(officer.faults.length === 0, officer.faults.join('\n'))
})

await browser.close()
close()
