// Plays an officer at the desk in a browser: `as-officer.mjs <department> <correct|grant> <case>`.
import { askCorrection, claim, grant, signInAtDesk } from './desk.mjs'
import { openBrowser, PLATFORM } from './person.mjs'

const [department, act, caseId] = process.argv.slice(2)
const browser = await openBrowser()
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
const officer = await signInAtDesk(context, department)
officer.setDefaultTimeout(20_000)
await officer.goto(`${PLATFORM}/desk#/cases/${caseId}`)
if (act === 'correct') {
  await claim(officer)
  await askCorrection(officer)
} else await grant(officer)
await browser.close()
