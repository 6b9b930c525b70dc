/**
 * The slot at a point of the page, by its element's id. The window hears of a drop before the page does, so a card
 * cannot listen for it as in a browser.
 */
export function slotAt(x: number, y: number): string | undefined {
  return document.elementFromPoint(x, y)?.closest('.slot')?.id
}
