// An officer at the desk's own pages.
import { openPage, PASSWORD, PLATFORM } from './person.mjs'

/** Signs in and answers the page, which shows the queue. */
export async function signInAtDesk(context, department) {
  const officer = await openPage(context, `${PLATFORM}/desk`)
  await officer.fill('#account', `desk-${department}`)
  await officer.fill('#password', PASSWORD)
  await officer.getByRole('button', { name: '登录' }).click()
  await officer.locator('#account').waitFor({ state: 'detached' })
  return officer
}

const press = (officer, name) => officer.getByRole('button', { name }).click()

/** Claims the case that is open, unless that is done. */
export async function claim(officer) {
  await press(officer, /^领办/)
  await officer.locator('#opinion:enabled').waitFor()
}

/** Asks for the one correction that the standard words offer for the rent, and sees it go. */
export async function askCorrection(officer) {
  await press(officer, /^补正/)
  await press(officer, /填报月租金与合同不一致/)
  await press(officer, /看过后发出，停表/)
  await officer.locator('dialog').getByRole('button', { name: /看过后发出/ }).click()
  await officer.getByText('补正告知已发出').first().waitFor()
}

/** Judges what is to be judged and brings the case to the end of this department's steps, or to where `last` can be pressed. */
export async function grant(officer, last) {
  const over = officer.getByText('已办结').or(officer.getByText('已准予'))
  const claim = officer.locator('.acts').getByRole('button', { name: /^领办/ })
  const accept = officer.locator('.acts').getByRole('button', { name: '受理', exact: true })
  const standard = officer.locator('.decide .left button').first()
  for (let turn = 0; turn < 12; turn += 1) {
    for (const button of await officer.getByRole('button', { name: '属实，通过' }).all()) await button.click()
    await over.or(claim).or(accept).or(standard).first().waitFor()
    if (await over.first().isVisible()) return
    const end = last && officer.locator('.acts').getByRole('button', last)
    if (await end?.isVisible()) return end.click()
    const before = await officer.locator('.acts').innerText()
    if (await claim.isVisible()) await claim.click()
    else if (await accept.isVisible()) {
      await accept.click()
      await officer.locator('dialog').getByRole('button', { name: '受理' }).click()
    } else {
      await standard.click()
      await officer.locator('.acts .p').click()
      await officer.locator('dialog button.p').click()
    }
    await officer.waitForFunction((before) => (document.querySelector('.acts')?.innerText ?? '') !== before, before)
  }
  throw new Error('the case goes in circles')
}
