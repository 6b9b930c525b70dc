// A person who pays: from the case's page to the local gateway's page and back.
import { command, openPage } from './person.mjs'

/** Pays what the case on the open page asks for; the page itself says when it has arrived. */
export async function pay(page, id) {
  await page.getByRole('button', { name: /^去缴费/ }).click()
  // The system browser opens the address; here a tab of the same browser plays it.
  const { url } = await command(page, 'case_pay', { case_id: id })
  const cashier = await openPage(page.context(), url)
  await cashier.locator('main button[type=submit]').click()
  await cashier.waitForLoadState()
  await cashier.close()
  await page.getByText('缴费时间').waitFor()
}
