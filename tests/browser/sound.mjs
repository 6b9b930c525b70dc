// A page as it is now: no finding of axe, nothing wider than the screen; a picture of it, when pictures are wanted.
import { join } from 'node:path'
import { axeSource, must } from './person.mjs'

const WANTED = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Looks at the page under a name; the picture goes to `folder`, if there is one. */
export async function sound(page, name, folder) {
  await page.waitForTimeout(300)
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
  // Tall enough that the bar at the bottom covers no link: what is half hidden is not small.
  const { width, height } = page.viewportSize()
  await page.setViewportSize({ width, height: 4000 })
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const found = await page.evaluate(async (runOnly) => (await window.axe.run(document, { runOnly, resultTypes: ['violations'] })).violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`), WANTED)
  await page.setViewportSize({ width, height })
  must(found.length === 0, `${name}: ${found.join(' | ')}`)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  must(wide <= 1, `${name} scrolls sideways by ${wide} px`)
}
