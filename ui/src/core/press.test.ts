import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** Just enough of a window: a press is two events. */
class Screen extends EventTarget {
  setTimeout = (run: () => void) => void (this.later = run)
  later: () => void = () => undefined
}

describe('the screen under a press', () => {
  let screen: Screen
  let afterPress: (run: () => void) => void

  beforeEach(async () => {
    screen = new Screen()
    vi.stubGlobal('window', screen)
    vi.resetModules()
    ;({ afterPress } = await import('./press'))
  })
  afterEach(() => vi.unstubAllGlobals())

  it('moves at once while nothing is pressed', () => {
    const run = vi.fn()
    afterPress(run)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('stands still until the click that follows the release is over, then moves once', () => {
    const run = vi.fn()
    screen.dispatchEvent(new Event('pointerdown'))
    afterPress(run)
    afterPress(run)
    screen.dispatchEvent(new Event('pointerup'))
    expect(run).not.toHaveBeenCalled()
    screen.later()
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('stands still when the next press is there before the screen could move', () => {
    const run = vi.fn()
    screen.dispatchEvent(new Event('pointerdown'))
    afterPress(run)
    screen.dispatchEvent(new Event('pointerup'))
    screen.dispatchEvent(new Event('pointerdown'))
    screen.later()
    expect(run).not.toHaveBeenCalled()
    screen.dispatchEvent(new Event('pointercancel'))
    screen.later()
    expect(run).toHaveBeenCalledTimes(1)
  })
})
