// What definitions can call on: rows from a table, and a case before the public with an objection.
import { APP, axeSource, close, command, must, openBrowser, openPage, pdf, PLATFORM, signIn, step } from './person.mjs'
import { officerOf, send, until, wear } from './resident.mjs'

const browser = await openBrowser()
const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', acceptDownloads: true })
const page = await openPage(context, APP)
const WIDTHS = [['standard 390', { width: 390 }], ['standard 1280', { width: 1280 }], ['senior 390', { width: 390, mode: 'senior' }], ['dark 390', { width: 390, theme: 'dark' }], ['320 at 30 px', { width: 320, text: 187 }], ['English 390', { width: 390, language: 'en' }]]
const shots = process.env.HAOBAN_SHOTS

/** Nothing scrolls sideways, axe finds nothing, the console is quiet; a picture if one is asked for. */
async function look(on, name, full = true) {
  const wide = await on.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  must(wide <= 1, `${name} scrolls sideways by ${wide} px`)
  if (!(await on.evaluate(() => 'axe' in window))) await on.evaluate(axeSource)
  const found = await on.evaluate(async () => (await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })).violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`))
  if (shots) await on.screenshot({ path: `${shots}/${name.replaceAll(' ', '-')}.png`, fullPage: full })
  must(found.length === 0, `${name}\n    ${found.join('\n    ')}`)
  must(on.faults.length === 0, `${name}: ${on.faults.splice(0).join('\n')}`)
}

const HEADER = '姓名,身份证号,岗位代码,学历或者职称技能,合同签了几个月,上年度工资总额,"领过人才生活补贴、安家补贴或者同类奖励"'
const ROWS = ['赵立,410103197408110012,B0301,博士、正高级职称,60,300000,否', '孙颖,410105198601020024,A0103,硕士、副高级职称,36,200000.00,否', '钱进,4.10105E+17,C0518,技师,十二,一万,也许', '=周敏,41010219910404002X,A0103,本科,12,120000,否']

const started = await until('the catalogue', () => command(page, 'draft_start', { code: 'scarce-talent-award' }).catch(() => undefined))
const question = `${APP}/#/drafts/${started.id}/q/people`

async function choose(name, text) {
  await page.setInputFiles('input[type=file]', { name, mimeType: 'text/csv', buffer: Buffer.from(text) })
}

await step('a table that is none is refused with what to do', async () => {
  await wear(page, { width: 390 })
  await page.goto(question)
  await page.getByText('每一列怎么填').click()
  await page.getByText('写其中一个').first().waitFor()
  await look(page, 'rows template')
  await choose('名单.xlsx', 'PK\u0003\u0004 a workbook')
  await page.getByText('另存为').first().waitFor()
  must((await command(page, 'draft_open', { draft_id: started.id })).answers.people === undefined, 'something was taken')
  await look(page, 'rows refused')
})

await step('every row is judged before anything is taken, in every mode', async () => {
  for (const [name, mode] of WIDTHS) {
    await wear(page, mode)
    await page.goto(question)
    await page.locator('.rowsbox').waitFor()
    await choose('名单.csv', `\ufeff${HEADER}\r\n${ROWS.join('\r\n')}\r\n`)
    await page.locator('.rowsbad').waitFor()
    await look(page, `rows preview ${name}`)
  }
  must((await command(page, 'draft_open', { draft_id: started.id })).answers.people === undefined, 'something was taken')
})

await step('good rows are taken, bad ones come back as a table and are mended', async () => {
  await wear(page, { width: 390 })
  await page.goto(question)
  await choose('名单.csv', `\ufeff${HEADER}\r\n${ROWS.join('\r\n')}\r\n`)
  await page.getByText('第 4 行要改').waitFor()
  await page.getByText('科学计数').first().waitFor()
  await page.getByText('第 5 行要改').waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '把要改的 2 行存成表格' }).click()])
  must(download.suggestedFilename().endsWith('.csv'), download.suggestedFilename())
  const stream = await download.createReadStream()
  const parts = []
  for await (const part of stream) parts.push(part)
  const rejected = Buffer.concat(parts).toString('utf8')
  must(rejected.includes("'=周敏") && rejected.includes('要改的地方'), rejected)
  await page.getByRole('button', { name: '收下 2 行' }).click()
  await until('two rows', async () => ((await command(page, 'draft_open', { draft_id: started.id })).answers.people ?? []).length === 2)
  await page.getByText('赵立').first().waitFor()
  const mended = rejected.replace('4.10105E+17', '410108198903030016').replace('技师,十二,一万,也许', '高级技师、技师,36,180000,否').replace('本科,12,', '本科,48,')
  await choose('改好.csv', mended)
  await page.getByRole('button', { name: '收下 2 行' }).waitFor()
  await page.getByText('一共 4 项').waitFor()
  await look(page, 'rows mended')
  await page.getByRole('button', { name: '收下 2 行' }).click()
  await until('four rows', async () => ((await command(page, 'draft_open', { draft_id: started.id })).answers.people ?? []).length === 4)
  await look(page, 'rows taken')
})

const TALENT = {
  honour: 'c_province_prize', honour_name: '河南省科学技术进步奖一等奖', honour_on: '2024-06-01', grade: 'c', proof_of_stay: 'social', nationality: 'mainland',
  education: 'doctor', employer: '郑州云杉商贸有限公司', contract: { from: '2025-01-01', to: '2029-12-31' }, resume: '2023 年主持完成盾构机主轴承国产化，已在 12 条地铁线使用。', phone: '13800000001', publicity_consent: true,
}

async function attach(draft, slot) {
  const token = await page.evaluate(async (bytes) => (await (await fetch('/host/files', { method: 'POST', headers: { 'X-File-Name': 'paper.pdf' }, body: new Uint8Array(bytes) })).json()).token, [...pdf()])
  return command(page, 'material_attach', { draft_id: draft.id, slot, tokens: [token] })
}

/** A one-pixel picture for slots that take pictures only. */
async function photo(draft, slot) {
  const token = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    canvas.width = 400
    canvas.height = 560
    canvas.getContext('2d').fillRect(0, 0, 400, 560)
    const blob = await new Promise((go) => canvas.toBlob(go, 'image/jpeg'))
    return (await (await fetch('/host/files', { method: 'POST', headers: { 'X-File-Name': 'photo.jpg' }, body: blob })).json()).token
  })
  return command(page, 'material_attach', { draft_id: draft.id, slot, tokens: [token] })
}

let caseId
await step('a recognition is reviewed and comes before the public', async () => {
  await signIn(context, page, '13800000001')
  let draft = await until('the catalogue', () => command(page, 'draft_start', { code: 'talent-recognition' }).catch(() => undefined))
  await until('the facts', async () => (await command(page, 'draft_open', { draft_id: draft.id })).state.conditions !== null)
  await page.waitForTimeout(1500)
  draft = await command(page, 'draft_open', { draft_id: draft.id })
  const asked = new Set(Object.entries(draft.state.fields).filter(([, field]) => field.visible).map(([id]) => id))
  await command(page, 'draft_save', { draft_id: draft.id, revision: draft.revision, changes: Object.fromEntries(Object.entries(TALENT).filter(([id]) => asked.has(id) || id !== 'employer')) })
  for (let turn = 0; turn < 12; turn += 1) {
    draft = await command(page, 'draft_open', { draft_id: draft.id })
    const open = draft.state.materials.find((one) => one.standing === 'needed')
    if (!open) break
    await attach(draft, open.id).catch(() => photo(draft, open.id))
  }
  draft = await command(page, 'draft_open', { draft_id: draft.id })
  const wrong = Object.values(draft.state.fields).flatMap((field) => field.problems).concat(draft.state.problems).filter((one) => !one.warning)
  must(draft.state.complete, JSON.stringify(wrong.map((one) => one.message.zh)))
  caseId = await send(page, draft)
  const desk = await officerOf('hrss')
  for (const act of [{ act: 'claim' }, { act: 'accept' }, { act: 'pass_step', opinion: '属实' }, { act: 'claim' }]) await desk.act(caseId, act)
  await desk.act(caseId, { act: 'pass_step', opinion: '评审通过' }).catch(() => undefined)
  await until('the case before the public', async () => (await (await fetch(`${PLATFORM}/v1/publicity`)).json()).entries.length === 1)
})

await step('the applicant sees it, and anybody else without a sign-in', async () => {
  await until('the status', async () => (await command(page, 'case_open', { case_id: caseId })).case?.status === 'publicised')
  for (const [name, mode] of WIDTHS) {
    await wear(page, mode)
    await page.goto(`${APP}/#/cases/${caseId}`)
    await page.locator('h1').first().waitFor()
    await page.waitForTimeout(300)
    await look(page, `publicity case ${name}`)
  }
  await wear(page, { width: 390 })
  await command(page, 'session_end')
  await page.goto(`${APP}/#/publicity`)
  await page.reload()
  await page.getByText('河南省科学技术进步奖一等奖').waitFor()
  const seen = await page.locator('main').innerText()
  must(!seen.includes('13800000001') && !seen.includes('王芳') && seen.includes('王'), seen)
  await page.getByRole('link', { name: '登录后提异议' }).waitFor()
  await look(page, 'publicity signed out')
})

await step('somebody objects with reasons, in every mode', async () => {
  await signIn(context, page, '13800000004')
  for (const [name, mode] of WIDTHS) {
    await wear(page, mode)
    await page.goto(`${APP}/#/publicity`)
    await page.locator('article button').first().click()
    await page.locator('textarea').waitFor()
    await page.locator('article form button[type=submit]').click()
    await page.locator('.emsg').waitFor()
    await look(page, `publicity objecting ${name}`)
  }
  await wear(page, { width: 390 })
  await page.goto(`${APP}/#/publicity`)
  await page.locator('article button').first().click()
  await page.locator('textarea').fill('这个奖是单位的，证书上写的是集体，不是他本人的。')
  await page.getByRole('button', { name: '提交异议' }).click()
  await page.getByText('您提过异议').waitFor()
  await page.getByText('有异议在查').waitFor()
  await look(page, 'publicity objected')
})

await step('an officer answers it on the desk', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
  const officer = await openPage(context, `${PLATFORM}/desk`)
  await officer.fill('#account', 'desk-hrss')
  await officer.fill('#password', 'haoban-demo-2026')
  await officer.keyboard.press('Enter')
  await officer.locator('tbody tr').first().waitFor()
  await officer.goto(`${PLATFORM}/desk#/cases/${caseId}`)
  await officer.getByText('证书上写的是集体').waitFor()
  await officer.getByRole('button', { name: '领办' }).click()
  await officer.getByRole('button', { name: '异议不成立' }).click()
  await officer.locator('#own-reason').fill('证书上有他本人的名字，排名第一。')
  await look(officer, 'publicity desk', false)
  await officer.getByRole('button', { name: '不成立，告知理由' }).click()
  await officer.getByText('已答复，异议不成立').waitFor()
})

await step('the one who objected reads the answer', async () => {
  await page.goto(`${APP}/#/publicity`)
  await page.reload()
  await page.getByText('排名第一').waitFor()
  for (const [name, mode] of WIDTHS) {
    await wear(page, mode)
    await page.goto(`${APP}/#/publicity`)
    await page.locator('.pub-answer').waitFor()
    await look(page, `publicity answered ${name}`)
  }
})

close()
