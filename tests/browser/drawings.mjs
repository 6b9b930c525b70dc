// A signature drawn by hand and a place on the grid, from the resident's finger to the officer's eye.
import { APP, close, command, must, openBrowser, openPage, PASSWORD, pdf, PLATFORM, signIn, step, until } from './person.mjs'
import { posted, send } from './resident.mjs'

const browser = await openBrowser()
const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
const page = await openPage(phone, APP)
const start = (code) => until('the catalogue', () => command(page, 'draft_start', { code }).catch(() => undefined))
const save = (draft, changes) => command(page, 'draft_save', { draft_id: draft.id, revision: draft.revision, changes })
const fresh = (draft) => command(page, 'draft_open', { draft_id: draft.id })
/** Hands in or promises what is still needed, until nothing stands in the way. */
async function settle(draft) {
  for (let tries = 0; tries < 50; tries += 1) {
    const { state } = await fresh(draft)
    if (state.complete) return fresh(draft)
    const slot = state.materials.find((one) => one.asked && one.standing === 'needed')
    const to = { draft_id: draft.id, slot: slot?.id }
    if (slot?.may_defer) await command(page, 'material_defer', { ...to, promised: true })
    else if (slot) await command(page, 'material_attach', { ...to, tokens: [await posted(page, pdf())] })
    else await page.waitForTimeout(100)
  }
  throw new Error(`it stays open: ${JSON.stringify((await fresh(draft)).state.problems)}`)
}
let signed
let placed

await step('a resident signs with the finger', async () => {
  await page.getByRole('button', { name: '选好了，开始用' }).click()
  await signIn(phone, page, '13800000004')
  const draft = await start('subsistence-allowance')
  await save(draft, { family_size: 1, family_income: 60000, reason: 'old', live_address: { region: '410105', detail: '锦绣苑 3 号楼 602' }, phone: '13800000001', bank_card: '6217000000000000004' })
  await page.goto(`${APP}/#/drafts/${draft.id}/q/consent`)
  await page.getByRole('button', { name: '手写签名' }).click()
  const pad = await page.locator('svg.sign-pad').boundingBox()
  for (const [from, to] of [[0.2, 0.4], [0.5, 0.7]]) {
    await page.mouse.move(pad.x + pad.width * from, pad.y + 20)
    await page.mouse.down()
    for (let at = 1; at <= 8; at += 1) await page.mouse.move(pad.x + pad.width * (from + ((to - from) * at) / 8), pad.y + 20 + at * 8)
    await page.mouse.up()
  }
  await page.locator('.save.is-saved').waitFor()
  await page.goto(`${APP}/#/drafts/${draft.id}/check`)
  await page.locator('main svg.signed path').waitFor()
  const { state } = await fresh(draft)
  must(state.fields.signature.problems.length === 0, JSON.stringify(state.fields.signature))
  signed = await send(page, await settle(draft))
})
await step('a resident taps the part of the district', async () => {
  const draft = await start('city-report')
  await save(draft, { danger: 'make_safe', kind: 'component', class: 'manhole', what: '小区东门口人行道上井盖没了，晚上看不清', seen_on: await page.evaluate(() => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)), hidden_name: true, phone: '13800000001', show_public: false, same_as: 'other' })
  await page.goto(`${APP}/#/drafts/${draft.id}/q/where`)
  await page.getByLabel('在哪里，用话说清楚').fill('锦绣路 12 号门口')
  await page.locator('main select').last().selectOption('410105')
  await page.locator('.cell', { hasText: '东南' }).click()
  await page.locator('.save.is-saved').waitFor()
  await page.goto(`${APP}/#/drafts/${draft.id}/materials`)
  const png = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 })
    canvas.getContext('2d').fillRect(40, 40, 120, 90)
    return canvas.toDataURL('image/png').split(',')[1]
  })
  await page.locator('#m-photos input[type=file]').setInputFiles({ name: '井盖.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') })
  await page.locator('.filename', { hasText: '井盖.png' }).waitFor()
  await page.goto(`${APP}/#/drafts/${draft.id}/check`)
  await page.locator('main svg.place-grid').waitFor()
  placed = await send(page, await settle(draft))
})

/** Opens a case as an officer of a department and answers the pane of what was handed in. */
async function answersOf(account, id) {
  const desk = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
  const officer = await openPage(desk, `${PLATFORM}/desk`)
  await officer.fill('#account', account)
  await officer.fill('#password', PASSWORD)
  await officer.getByRole('button', { name: '登录' }).click()
  await officer.locator('table').waitFor()
  await officer.goto(`${PLATFORM}/desk#/cases/${id}`)
  const pane = officer.locator('.pane', { has: officer.locator('#answers-title') })
  await pane.locator('dl').first().waitFor()
  return { officer, pane }
}

await step('the officer sees the signature as it was drawn', async () => {
  const { officer, pane } = await answersOf('desk-street', signed)
  const path = pane.locator('svg.signed path')
  await path.waitFor()
  const data = await path.getAttribute('d')
  must(/^[M\d L]+$/.test(data) && data.split('M').length === 3, `the path is ${data}`)
  must(officer.faults.length === 0, officer.faults.join('; '))
})
await step('the officer sees the place on the grid it was chosen from', async () => {
  const { officer, pane } = await answersOf('desk-urban-management', placed)
  const square = pane.locator('svg.place-grid rect')
  await square.waitFor()
  must((await square.getAttribute('x')) === '64' && (await square.getAttribute('y')) === '64', 'south-east is the last square')
  await pane.getByText('锦绣路 12 号门口').waitFor()
  must(officer.faults.length === 0, officer.faults.join('; '))
})
await step('the page broke none of its own rules', () => must(page.faults.length === 0, page.faults.join('; ')))
await browser.close()
close()
