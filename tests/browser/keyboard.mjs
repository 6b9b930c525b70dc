// A service from the search to the receipt without a pointer: Tab, arrows, Space, Enter and text, nothing else. What
// has the focus must be seen to have it. Then the list of drafts: a name, deletion, and its undoing.
import { draftOf } from './form.mjs'
import { nameOf } from './pack.mjs'
import { APP, close, command, must, openBrowser, openPage, settleIn, step, until } from './person.mjs'

const ITEM = 'archive-copies'
const ANSWERS = { records: 'register', copies: '2', delivery: 'electronic' }
/** More stops than any page has. */
const STOPS = 120

const browser = await openBrowser()
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'zh-CN', reducedMotion: 'reduce' })
const page = await openPage(context, APP)
await settleIn(context, page, '13800000001')
await until('the catalogue', () => command(page, 'guide_open', { code: ITEM }).catch(() => undefined))

/** What has the focus, in a few words. */
const focused = () =>
  page.evaluate(() => {
    const one = document.activeElement
    const label = one.closest('label') ?? (one.id ? document.querySelector(`label[for="${one.id}"]`) : null)
    const words = (one.getAttribute('aria-label') ?? label?.innerText ?? one.innerText ?? '').trim()
    return { tag: one.tagName.toLowerCase(), type: one.getAttribute('type') ?? '', id: one.id, href: one.getAttribute('href') ?? '', role: one.getAttribute('role') ?? '', words, name: one.getAttribute('name') ?? '' }
  })

/** Whether the focus can be seen: on the element or on the box that stands for it, something is drawn around. */
const seen = () =>
  page.evaluate(() => {
    const drawn = (one) => {
      const style = getComputedStyle(one)
      return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
    }
    for (let one = document.activeElement, up = 0; one && up < 4; one = one.parentElement, up += 1) if (drawn(one)) return true
    return false
  })

/** Presses Tab until the right thing has the focus. */
async function tabTo(what, fits) {
  const passed = []
  for (let stop = 0; stop < STOPS; stop += 1) {
    await page.keyboard.press('Tab')
    const now = await focused()
    if (now.tag !== 'body') must(await seen(), `nothing shows that ${now.tag} “${now.words}” has the focus`)
    if (fits(now)) return now
    passed.push(now.words || now.tag)
  }
  throw new Error(`Tab never came to ${what}; it came past ${passed.slice(0, 40).join(' · ')}`)
}

const button = (words) => (one) => (one.tag === 'button' || one.tag === 'a') && words.test(one.words)

/** One question: a choice by Space and arrows, a text by typing. */
async function answer(field, wanted) {
  if (field.kind !== 'single_choice') {
    await tabTo(field.label.zh, (one) => one.tag === 'input' && one.type !== 'radio' && one.type !== 'search')
    await page.keyboard.press('ControlOrMeta+a')
    return page.keyboard.type(wanted)
  }
  const { label } = field.options.find((one) => one.value === wanted)
  await tabTo(field.label.zh, (one) => one.type === 'radio')
  await page.keyboard.press('Space')
  for (let turn = 0; turn < field.options.length && !(await focused()).words.startsWith(label.zh); turn += 1) await page.keyboard.press('ArrowDown')
  must((await focused()).words.startsWith(label.zh), `the arrows do not come to “${label.zh}”`)
  return undefined
}

await step('the skip link leads past the head of the page', async () => {
  await page.goto(`${APP}/#/`)
  await page.getByRole('searchbox').waitFor()
  await tabTo('the skip link', (one) => one.words === '跳到正文')
  await page.keyboard.press('Enter')
  must(await page.evaluate(() => document.activeElement?.closest('main') !== null), 'the skip link leads nowhere')
})

await step('found by typing', async () => {
  await page.goto(`${APP}/#/items`)
  await page.goto(`${APP}/#/`)
  await page.getByRole('searchbox').waitFor()
  await tabTo('the search box', (one) => one.type === 'search' || one.role === 'searchbox')
  await page.keyboard.type('复印房产档案')
  await page.keyboard.press('Enter')
  await page.waitForURL(/search/)
  await page.locator(`main a[href$="items/${ITEM}"]`).first().waitFor()
  await tabTo('the service', (one) => one.href.endsWith(`items/${ITEM}`))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: nameOf(ITEM) }).waitFor()
})

await step('begun, filled, declared and sent', async () => {
  await tabTo('the button that begins', button(/^(开始办理|另开一份)/))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '开始填' }).waitFor()
  await tabTo('the button that goes on', button(/^开始填/))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/q\//)
  const done = new Set()
  for (;;) {
    await page.waitForURL(/\/(q\/|materials|check)/)
    if (!/\/q\//.test(page.url())) break
    const at = page.url()
    for (;;) {
      const view = await draftOf(page)
      const here = decodeURIComponent(/\/q\/([^?]+)/.exec(page.url())[1])
      const fields = view.form.pages.find((one) => one.id === here)?.fields ?? []
      const next = fields.find((one) => ANSWERS[one.id] && view.state.fields[one.id]?.visible && !done.has(one.id))
      if (!next) break
      done.add(next.id)
      await answer(next, ANSWERS[next.id])
      await until(`the answer to ${next.id}`, async () => (await draftOf(page)).answers[next.id] !== undefined)
    }
    await tabTo('the button that goes on', button(/继续$/))
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.href !== at)
  }
  if (/materials/.test(page.url())) {
    await tabTo('the button that goes on', button(/继续$/))
    await page.keyboard.press('Enter')
  }
  await page.waitForURL(/check/)
  await page.locator('#declare').waitFor()
  await tabTo('the declaration', (one) => one.id === 'declare')
  await page.keyboard.press('Space')
  await tabTo('the button that sends', button(/^(提交|交上去)/))
  await page.keyboard.press('Enter')
  await page.getByText('已提交').first().waitFor()
})

await step('a draft is renamed, deleted and brought back', async () => {
  await command(page, 'draft_start', { code: ITEM })
  await page.goto(`${APP}/#/drafts`)
  await page.getByRole('button', { name: '改名' }).first().click()
  await page.getByRole('dialog').getByRole('textbox').fill('给妈妈办的')
  await page.getByRole('dialog').getByRole('textbox').press('Enter')
  const line = page.locator('main').getByText('给妈妈办的').first()
  await line.waitFor()
  await page.getByRole('button', { name: '删除' }).first().click()
  await page.getByRole('button', { name: '撤销' }).first().waitFor()
  await page.locator('summary', { hasText: '删掉的草稿' }).click()
  await page.locator('li.deleted', { hasText: /\d+月\d+日前能恢复/ }).first().waitFor()
  await until('the draft to be gone', async () => (await command(page, 'draft_list')).drafts.every((one) => one.name !== '给妈妈办的'))
  await page.getByRole('button', { name: '撤销' }).first().click()
  await line.waitFor()
})

await step('nothing broke on the pages', () => must(page.faults.length === 0, page.faults.join('\n')))
await browser.close()
close()
