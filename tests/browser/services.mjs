// The services that people ask for by name, each as its own person meets it: found by a spoken phrase, filled in,
// sent, decided; and what is special about each: a red flag, a wrong address, a figure, a place on the map, a seat.
import { pay } from './cashier.mjs'
import { declareAndSend, draftOf, fill, fillIn } from './form.mjs'
import { workThrough } from './officer.mjs'
import { answersFrom, nameOf, outputsOf } from './pack.mjs'
import { APPS, close, command, must, openBrowser, openPage, settleIn, signIn, step, until } from './person.mjs'

const only = process.argv[2]
const browser = await openBrowser()

/** Finds a service and begins it. */
async function begin(page, app, { item, search }) {
  await page.goto(`${app}/#/`)
  await page.getByRole('searchbox').fill(search)
  await page.getByRole('button', { name: '搜索' }).click()
  await page.waitForURL(/search/)
  await page.locator(`main a[href$="items/${item}"]`).first().click()
  await page.getByRole('heading', { level: 1, name: nameOf(item) }).waitFor()
  await page.getByRole('button', { name: /^(开始办理|另开一份)/ }).click()
  await page.getByRole('button', { name: '开始填' }).click()
  await page.waitForURL(/\/q\//)
}

/** A question of the page that is open, answered; the messages it gets are what the page then says. */
async function answer(page, id, value) {
  const view = await draftOf(page)
  const field = view.form.pages.flatMap((one) => one.fields).find((one) => one.id === id)
  await fill(page.locator('main'), field, value, view)
}

/** Says of the page that is open that it does not let one go on, and why. */
async function stopped(page, words) {
  await page.locator('main .btns.actions .btn.p').click()
  await page.locator('.errsum').getByText(words).first().waitFor()
}

const slip = async (page, id) => JSON.stringify((await command(page, 'case_open', { case_id: id })).case.decision.documents)

/** Opens the one appointment that is to come, for changing. */
async function openAppointment(page, app) {
  await page.goto(`${app}/#/appointments`)
  await page.getByRole('link', { name: /^改约或取消/ }).first().click()
  await page.getByRole('heading', { level: 1, name: '改约或取消' }).waitFor()
}

/** A booked seat is moved to another time, then given up with its case: what was paid returns, the slip counts no more. */
async function moveAndGiveUp(page, app, id, paid) {
  await openAppointment(page, app)
  await page.getByRole('group', { name: '哪一天' }).locator('label.opt').last().click()
  await page.getByRole('group', { name: /几点$/ }).locator('label.opt').first().click()
  await page.waitForURL(/appointments$/)
  const { start } = (await command(page, 'appointment_list')).appointments.find((one) => one.state === 'booked')
  await until('the slip with the new time', async () => (await slip(page, id)).includes(start.slice(0, 10)) && (await slip(page, id)).includes(start.slice(11)))
  await openAppointment(page, app)
  await page.getByRole('button', { name: '取消这次预约' }).click()
  await page.waitForURL(/appointments$/)
  await page.locator('main').getByText('已取消').first().waitFor()
  await page.goto(`${app}/#/cases/${id}`)
  await page.getByText('已退号，这份单子不再有效').waitFor()
  if (paid) await page.getByText('退款时间').waitFor()
}

const SERVICES = [
  { device: 0, item: 'job-certificate', search: '没工作', fixture: 'valid-jobless-at-once', instant: true },
  { device: 0, item: 'kinship-proof', search: '怎么证明我妈是我妈', fixture: 'valid-spouse', instant: true },
  { device: 0, item: 'nucleic-acid-query', search: '查核酸结果', fixture: 'valid-old-nucleic', instant: true },
  { device: 0, item: 'vaccine-booking', search: '打疫苗', fixture: 'valid-mother-flu', carried: true },
  {
    device: 0, item: 'archive-copies', search: '复印房产档案', fixture: '', answers: { records: 'register', copies: 2, delivery: 'electronic' }, ending: 'paid, taken back, and the money returns',
    async instead(page, id) {
      await workThrough('archive-copies', id)
      await pay(page, id)
      await page.getByRole('link', { name: '撤回这件事' }).click()
      await page.getByRole('button', { name: '撤回', exact: true }).click()
      await page.waitForURL(/cases\/cas_[0-9a-f]+$/)
      await page.getByText('退款时间').waitFor()
    },
  },
  { device: 0, item: 'city-report', search: '井盖', fixture: 'valid-manhole' },
  { device: 0, item: 'postdoc-living', search: '博士后补贴', fixture: 'valid-by-hand' },
  { device: 1, item: 'startup-loan', search: '创业贷款', fixture: 'valid-demo-300000', answers: { group: 'online_shop' } },
  {
    device: 1, item: 'talent-recognition', search: '人才认定', fixture: 'valid-class-c', ending: 'granted by the office, then before the public: what the rules name, and no more',
    async instead(page, id) {
      await workThrough('talent-recognition', id)
      await page.locator('.casehead').getByText('公示中').waitFor()
      await page.getByRole('link', { name: '看看公示' }).click()
      const shown = page.locator('main').getByText('河南省科学技术进步奖一等奖')
      await shown.first().waitFor()
      const { person } = (await command(page, 'app_start')).session
      must(!(await page.locator('main').innerText()).includes(person.name), 'the public page names somebody in full')
    },
  },
  {
    device: 1, item: 'medical-visit', search: '挂号', fixture: 'valid-self-at-hospital',
    answers: { red_flags: ['none'], pay: 'self' }, instant: true, paid: true, carried: true,
    async first(page) {
      await answer(page, 'red_flags', ['chest'])
      await stopped(page, '请马上打 120')
    },
  },
  { device: 1, item: 'deed-tax', search: '交契税', fixture: 'valid-b-only-140-exact', instant: true, paid: true },
  { device: 2, item: 'pension-check', search: '养老金认证', fixture: 'valid-seen-at-the-doctor', instant: true },
  { device: 2, item: 'senior-allowance', search: '八十岁补贴', fixture: 'valid-eighty-today' },
  { device: 2, phone: '13700001001', item: 'scarce-talent-award', search: '紧缺人才', fixture: 'valid-four-levels', answers: { industry_hand: '先进材料' } },
  { device: 3, item: 'residence-permit', search: '暂住证', fixture: 'valid-social' },
  { device: 3, item: 'postdoc-settle', search: '安家补贴', fixture: 'valid-by-hand' },
  {
    device: 3, phone: '13900001024', item: 'school-enrolment', search: '孩子上学', fixture: 'valid-a-address-agrees',
    stops: [/\/q\/home$/, '院号和户口地址不一样'],
  },
  { device: 3, phone: '13900001014', item: 'school-enrolment', search: '孩子上学', fixture: 'valid-twins-bundled', answers: { multiple: true } },
]
const PEOPLE = ['13800000001', '13800000002', '13800000003', '13800000004']

await Promise.all(PEOPLE.map(async (phone, device) => {
  const mine = SERVICES.filter((one) => one.device === device && (only === undefined || one.item === only))
  if (mine.length === 0) return
  const app = APPS[device]
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', reducedMotion: 'reduce' })
  const page = await openPage(context, app)
  let who = mine[0].phone ?? phone
  await settleIn(context, page, who)
  await until('the catalogue', () => command(page, 'guide_open', { code: 'open-hotpot' }).catch(() => undefined))
  for (const one of mine) {
    const say = (words, work) => step(`${one.item}: ${words}`, work, true)
    let id = ''
    const me = one.phone ?? phone
    if (who !== me) {
      const changed = await say(`${me} takes over the device`, async () => {
        await command(page, 'session_end', {})
        await signIn(context, page, me)
      })
      if (!changed) continue
      who = me
    }
    if (one.stops) {
      await say(`says “${one.stops[1]}” where it cannot go on`, async () => {
        await begin(page, app, one)
        await fillIn(page, { answer: answersFrom([one.item], one.answers, { [one.item]: one.fixture }), last: one.stops[0] })
        await stopped(page, one.stops[1])
      })
      continue
    }
    const sent = await say('found, filled and sent', async () => {
      await begin(page, app, one)
      await one.first?.(page)
      await fillIn(page, { answer: answersFrom([one.item], one.answers, { [one.item]: one.fixture }), later: one.later })
      id = await declareAndSend(page)
      await page.getByRole('link', { name: '看进度' }).click()
    })
    if (!sent) continue
    if (one.instead) {
      await say(one.ending, () => one.instead(page, id))
      continue
    }
    await say('decided; the page shows what it brought, and the inbox tells of it', async () => {
      if (one.paid) {
        await page.getByRole('button', { name: /^去缴费/ }).waitFor()
        must((await page.locator('main a[href*="/licences/"]').count()) === 0, 'there is a licence before it was paid for')
        await pay(page, id)
      }
      if (!one.instant) await workThrough(one.item, id)
      await page.locator('.casehead').getByText(/已办结/).waitFor()
      const decision = page.locator('section[aria-labelledby=decision]')
      for (const output of outputsOf(one.item)) {
        if (output.kind === 'document') await decision.getByRole('heading', { name: output.title.zh }).waitFor()
        if (output.kind === 'licence') await decision.locator('a[href*="/licences/"]').waitFor()
        if (output.kind === 'payment') await decision.getByText(/[1-9][\d,]* ?元/).first().waitFor()
      }
      await page.goto(`${app}/#/inbox`)
      await page.locator('main').getByText(nameOf(one.item)).first().waitFor()
    })
    if (one.carried) await say('the seat is moved, then given up with its case', () => moveAndGiveUp(page, app, id, one.paid))
  }
  await step(`nothing broke on the pages of ${phone}`, () => must(page.faults.length === 0, page.faults.join('\n')), true)
}))
await browser.close()
close()
