/** Puts the focus where an error link leads: the first wrong box of the field, else its first box. */
export function focusAnchor(anchor: string): boolean {
  const target = document.getElementById(anchor)
  if (!target) return false
  const boxes = 'input, select, textarea'
  const inner = target.matches(boxes) ? target : (target.querySelector('[aria-invalid="true"]') ?? target.querySelector(boxes) ?? target)
  if (!(inner instanceof HTMLElement)) return false
  inner.focus({ preventScroll: true })
  const frame = inner.closest('.fld') ?? inner
  frame.scrollIntoView({ block: 'center' })
  return true
}
