/** While a button or a finger is down the screen must not move: a click whose target slides away is lost. */

let down = false
const waiting = new Set<() => void>()

function release(): void {
  down = false
  // The click itself comes after the release, in the same task.
  window.setTimeout(() => {
    if (down) return
    const runs = [...waiting]
    waiting.clear()
    for (const run of runs) run()
  })
}

if (typeof window !== 'undefined') {
  window.addEventListener('pointerdown', () => (down = true), { capture: true, passive: true })
  for (const kind of ['pointerup', 'pointercancel', 'dragend'] as const) window.addEventListener(kind, release, { capture: true, passive: true })
  // The window's own: a field that loses the focus is no release.
  window.addEventListener('blur', (event) => event.target === window && release(), { capture: true, passive: true })
}

/** Runs now, or as soon as nothing is pressed; asked for several times, the same work runs once. */
export function afterPress(run: () => void): void {
  if (down) waiting.add(run)
  else run()
}
