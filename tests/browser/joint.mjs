// One journey for each joint service, as a person goes through its pages: from the search to the end of every part.
// Three people, each with a device, go their ways at the same time.
import { pay } from './cashier.mjs'
import { declareAndSend, draftOf, fillIn } from './form.mjs'
import { officerOf, workThrough } from './officer.mjs'
import { answersFrom, joint, nameOf } from './pack.mjs'
import { APPS, close, command, must, openBrowser, openPage, pdf, settleIn, step, until } from './person.mjs'

const only = process.argv[2]
const browser = await openBrowser()

/** Finds the service by search, reads guide and plan, leaves out what is not wanted, fills, sends; answers the case's id. */
async function apply(page, app, { code, search, answers = {}, fixtures = {}, later = [], needed, leaves = [] }) {
  const service = joint(code)
  await page.goto(`${app}/#/`)
  await page.locator('main').getByRole('searchbox').fill(search)
  await page.locator('main').getByRole('button', { name: '搜索' }).click()
  await page.waitForURL(/search/)
  await page.locator(`main a[href$="items/${code}"]`).first().click()
  await page.getByRole('heading', { level: 1, name: service.guide.name.zh }).waitFor()
  await page.getByRole('button', { name: /^(开始办理|另开一份)/ }).click()
  await page.getByRole('button', { name: '开始填' }).click()
  await page.waitForURL(/\/q\//)
  let planned = false
  const plan = async () => {
    for (const item of leaves) {
      await page.getByRole('button', { name: new RegExp(`^这次不办\\s*${nameOf(item)}`) }).click()
      await page.locator('section[aria-labelledby=left] b').getByText(nameOf(item)).waitFor()
    }
    await page.getByRole('heading', { level: 1, name: `要办 ${needed.length} 项` }).waitFor()
    const says = await page.locator('.planmain').innerText()
    // Their names alone: the reason of one may name another.
    const not = (await page.locator('section[aria-labelledby=not] b').allInnerTexts()).map((name) => name.trim())
    for (const note of service.notes ?? []) if (!note.when) must(says.includes(note.name.zh) && says.includes(note.because.zh), `the plan does not tell of ${note.id}`)
    for (const part of service.parts.filter((one) => !leaves.includes(one.item))) {
      const wanted = needed.includes(part.item)
      must(says.includes(nameOf(part.item)) && not.includes(nameOf(part.item)) === !wanted, `the plan has ${part.item} in the wrong place: ${says}`)
      const why = wanted ? part.because : part.not_because
      must(!why || says.includes(why.zh), `the plan does not say why of ${part.item}: ${says}`)
    }
    planned = true
  }
  await fillIn(page, { answer: answersFrom(service.parts.map((part) => part.item), answers, fixtures), later, plan })
  must(planned, 'the plan was never shown')
  const { materials } = (await draftOf(page)).state
  must(later.every((slot) => materials.find((one) => one.id === slot)?.standing === 'deferred'), `not promised for later: ${later.join(' ')}`)
  const id = await declareAndSend(page)
  await page.getByRole('link', { name: '看进度' }).click()
  await page.locator('.lanes').waitFor()
  must((await page.locator('.lanes .lane').count()) === needed.length + leaves.length, 'not one lane for each part')
  for (const item of leaves) await laneSays(page, item, '这次没办')
  return id
}

const caseOf = async (page, id) => (await command(page, 'case_open', { case_id: id })).case
const laneOf = async (page, id, item) => (await caseOf(page, id)).parts.find((lane) => lane.item === item)
/** The lane of a part on the page that is open: nobody reloads it. */
const lane = (page, item) => page.locator('.lanes .lane').filter({ hasText: nameOf(item) })
const laneSays = (page, item, words) => lane(page, item).getByText(words, { exact: true }).waitFor()
/** A part's own case, once the platform has opened it and the device knows. */
const opened = (page, id, item) => until(`the case of ${item}`, async () => (await laneOf(page, id, item))?.case_id)

/** The departments of a part grant it by hand; the resident's page shows it without being asked again. */
async function grant(page, id, item) {
  await workThrough(item, await opened(page, id, item))
  await laneSays(page, item, '办好了')
}

/** The whole has ended: the page says so, and the inbox tells of it. */
async function ended(page, app, id, code) {
  await page.locator('.casehead').getByText('已办结').waitFor()
  await page.goto(`${app}/#/inbox`)
  await page.locator('main').getByText(joint(code).guide.name.zh).first().waitFor()
  await page.goto(`${app}/#/cases/${id}`)
}

const FIRST_SHOP = { licence: 'none', form: 'individual', extras: [], staff: false, business_registration__head: '林知远' }
const AT_ONCE = { 'business-registration': 'valid-individual-at-once' }
const SHOP = { licence: 'have', business_registration__name: '金水区志明火锅店', form: 'individual', sign: 'none', road: false, area: 12_000, floor: 1, invest: 0 }

const JOURNEYS = [
  {
    device: 0, code: 'utilities-transfer', search: '水电气暖过户', answers: { which: ['water', 'power', 'gas', 'heat'] }, refused: ['heat-transfer'],
    needed: ['water-transfer', 'power-transfer', 'gas-transfer', 'heat-transfer'],
    async then(page, app, id, say) {
      await say('one company refuses because of what is owed, and the others go on', async () => {
        const heat = await opened(page, id, 'heat-transfer')
        const officer = await officerOf('heat')
        for (const act of ['claim', 'accept']) await officer.act(heat, { act })
        await officer.act(heat, { act: 'pass_step', opinion: '' })
        await officer.act(heat, { act: 'claim' })
        await officer.act(heat, { act: 'refuse', reasons: ['原户存在历史欠费，暂不予过户。'] })
        await laneSays(page, 'heat-transfer', '没批')
        await page.goto(`${app}/#/cases/${heat}`)
        await page.getByText('原户存在历史欠费，暂不予过户。').first().waitFor()
        await page.goto(`${app}/#/cases/${id}`)
        await grant(page, id, 'gas-transfer')
        await laneSays(page, 'water-transfer', '正在办')
      })
      await say('one company asks for a correction, which is answered in the app', async () => {
        const power = await opened(page, id, 'power-transfer')
        const officer = await officerOf('power')
        await officer.act(power, { act: 'claim' })
        const points = [{ target: 'field:phone', name: { zh: '手机号', en: 'Phone' }, words: '新户主手机号有误，请更正。', remedy: '您的号码收不到短信，请再填一次。' }]
        await officer.act(power, { act: 'request_correction', points, days: 5 })
        await laneSays(page, 'power-transfer', '等您补正')
        await lane(page, 'power-transfer').getByRole('link', { name: '去补正' }).waitFor()
        await page.goto(`${app}/#/cases`)
        const waits = page.locator('section[aria-labelledby=due]')
        await waits.getByRole('heading', { name: nameOf('power-transfer') }).waitFor()
        must((await waits.locator('a[href$="/correction"]').count()) === 1, 'more than the one part waits for the resident')
        await waits.locator('a[href$="/correction"]').click()
        await page.getByText('新户主手机号有误，请更正。').waitFor()
        const draft = await command(page, 'correction_start', { case_id: power })
        const field = draft.form.pages.flatMap((one) => one.fields).find((one) => one.id === 'phone')
        await page.getByRole('textbox', { name: field.label.zh }).fill('13900001234')
        await page.getByRole('heading', { level: 1 }).click()
        await page.getByText('第 1 处，已改好').waitFor()
        await page.locator('label.declare').click()
        await page.getByRole('button', { name: '提交更正' }).click()
        await page.waitForURL(/cases\/cas_[0-9a-f]+$/)
        const { answers } = await until('the corrected answer at the desk', async () => {
          const now = await officer.open(power).catch(() => undefined)
          return now?.case.answers.phone === '13900001234' ? now.case : undefined
        })
        must(answers.phone === '13900001234', 'the desk has another phone')
        await page.getByRole('link', { name: '看整件事' }).click()
        await laneSays(page, 'power-transfer', '正在办')
      })
    },
  },
  { device: 0, code: 'gjj-withdrawal', search: '提公积金', answers: { reason: 'rent' }, needed: ['gjj-rent'] },
  {
    device: 0, code: 'open-agency', search: '开中介', fixtures: { ...AT_ONCE, 'agency-filing': 'valid-head' },
    answers: { ...FIRST_SHOP, business_registration__name: '云杉房产中介店', shop: 'head', sign: 'plain', road: false },
    needed: ['business-registration', 'tax-registration', 'agency-filing', 'sign-filing'],
    async then(page, app, id, say) {
      await say('what waits for the licence opens when it is granted', async () => {
        await laneSays(page, 'agency-filing', '还不能办')
        await grant(page, id, 'business-registration')
        await opened(page, id, 'agency-filing')
        await lane(page, 'agency-filing').getByText(/正在办|办好了/).waitFor()
      })
    },
  },
  { device: 1, code: 'open-tobacco', search: '卖烟', answers: { ...SHOP, pavement: 'none', school: 500, separate: true, machine: false, foreign: false, ecig: true, sells_food: 'packed' }, needed: ['tobacco-retail', 'ecig-retail', 'prepacked-food-filing'] },
  {
    device: 1, code: 'open-hotpot', search: '开火锅店', later: ['food-operation-permit--safety-rules'],
    answers: { ...SHOP, residential: false, drains: true, drainage_permit__equipment: ['oil', 'screen'], tobacco: true, school: 50, sign: 'plain', road: true },
    leaves: ['tobacco-retail'], needed: ['food-operation-permit', 'drainage-permit', 'sign-filing', 'road-occupation'],
    async then(page, app, id, say) {
      await say('a paper that was promised is handed in later, and its part goes on', async () => {
        const permit = await opened(page, id, 'food-operation-permit')
        await laneSays(page, 'food-operation-permit', '等您补交')
        await lane(page, 'food-operation-permit').getByRole('link', { name: '去补交' }).click()
        await page.getByRole('button', { name: '补交材料' }).click()
        await page.getByText('还没有附上材料').waitFor()
        await page.locator('#m-safety-rules input[type=file]').setInputFiles({ name: 'rules.pdf', mimeType: 'application/pdf', buffer: pdf() })
        await page.getByText('第 1 份，已附上').waitFor()
        await page.locator('label.declare').click()
        await page.getByRole('button', { name: '补交材料' }).click()
        await page.waitForURL(/cases\/cas_[0-9a-f]+$/)
        await until('the paper at the desk', async () => (await caseOf(page, permit)).promises.every((one) => one.handed_in))
        await page.getByRole('link', { name: '看整件事' }).click()
        await laneSays(page, 'food-operation-permit', '正在办')
      })
      await say('a simple filing is granted by rules, nobody touches it', () => laneSays(page, 'sign-filing', '办好了'))
      await say('the charge of one part is paid at the gateway, and it goes on', async () => {
        const road = await opened(page, id, 'road-occupation')
        await workThrough('road-occupation', road)
        await laneSays(page, 'road-occupation', '等您缴费')
        must(!(await page.locator('main').innerText()).includes('没有办成'), 'what waits for its payment is told as failed')
        await lane(page, 'road-occupation').getByRole('link', { name: '去缴费' }).click()
        await pay(page, road)
        await page.getByRole('link', { name: '看整件事' }).click()
        await laneSays(page, 'road-occupation', '办好了')
      })
    },
  },
  { device: 1, code: 'open-footbath', search: '开足疗店', answers: { ...SHOP, hygiene_permit__certs: 30, medical: false, overnight: false, drains: false, sells_food: 'none' }, needed: ['hygiene-permit', 'massage-filing', 'fire-check'] },
  { device: 2, code: 'open-badminton', search: '羽毛球馆', answers: { ...FIRST_SHOP, filer_same: true, business_registration__name: '云杉羽毛球馆', sign: 'none', road: false, floor: 1, invest: 0, area: 35_000, risk: false, minors: false, sells_food: 'none' }, fixtures: AT_ONCE, needed: ['business-registration', 'tax-registration', 'fire-check'] },
  {
    device: 2, code: 'open-driving-school', search: '开驾校', fixtures: { 'business-registration': 'valid-company', 'driving-school-filing': 'valid-class2' },
    answers: { ...FIRST_SHOP, form: 'company', staff: true, head_self: true, pay_method: 'self', filer_same: true, area: 600_000, invest: 0, farmland: false, canteen: false, sign: 'none', road: false },
    needed: ['business-registration', 'seal-engraving', 'bank-account', 'tax-registration', 'social-registration', 'medical-registration', 'driving-school-filing'],
  },
  { device: 2, code: 'open-food-factory', search: '开食品厂', fixtures: AT_ONCE, answers: { ...FIRST_SHOP, business_registration__name: '绿野食品加工坊', area: 200_000,  invest: 0, drains: true, pollutes: true, special: false }, needed: ['business-registration', 'tax-registration', 'food-production-permit', 'env-registration', 'drainage-permit'] },
]
const PEOPLE = ['13800000001', '13800000002', '13800000004']

await Promise.all(PEOPLE.map(async (phone, device) => {
  const mine = JOURNEYS.filter((one) => one.device === device && (only === undefined || one.code === only))
  if (mine.length === 0) return
  const app = APPS[device]
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'zh-CN', reducedMotion: 'reduce' })
  const page = await openPage(context, app)
  await settleIn(context, page, phone)
  await until('the catalogue', () => command(page, 'guide_open', { code: 'open-hotpot' }).catch(() => undefined))
  await step(`tiles of the home page lead to joint services (${phone})`, async () => {
    for (const [tile, code] of [['水电过户', 'utilities-transfer'], ['开火锅店', 'open-hotpot']]) {
      await page.goto(`${app}/#/`)
      await page.locator('main').getByRole('link', { name: tile, exact: true }).click()
      await page.getByRole('heading', { level: 1, name: joint(code).guide.name.zh }).waitFor()
    }
  }, true)
  for (const journey of mine) {
    const say = (words, work) => step(`${journey.code}: ${words}`, work, true)
    let id = ''
    const sent = await say('found, planned, filled and sent', async () => (id = await apply(page, app, journey)))
    if (!sent) continue
    await journey.then?.(page, app, id, say)
    await say('every part has its result, and the whole its end', async () => {
      for (const item of journey.needed) if (!journey.refused?.includes(item)) await grant(page, id, item)
      await ended(page, app, id, journey.code)
      for (const item of journey.refused ?? []) await laneSays(page, item, '没批')
    })
  }
  await step(`nothing broke on the pages of ${phone}`, () => must(page.faults.length === 0, page.faults.join('\n')), true)
}))
await browser.close()
close()
