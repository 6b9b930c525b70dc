/** WCAG 2 contrast of the colour tokens, read from the stylesheet itself. */

const MODES = {
  standard: [':root'],
  senior: [':root', '[data-mode="senior"]'],
  dark: [':root', '[data-theme="dark"]'],
  'dark senior': [':root', '[data-mode="senior"]', '[data-theme="dark"]', '[data-theme="dark"][data-mode="senior"]'],
}

/** Text on what it stands on. */
const TEXT = [
  ...['text', 'text2', 'text3', 'pri', 'ok', 'warn', 'bad', 'accent'].flatMap((ink) => ['surface', 'page'].map((ground) => [ink, ground])),
  ...['text', 'text2', 'text3'].map((ink) => [ink, 'sunken']),
  ['text', 'pri-soft'], ['text', 'ok-soft'], ['text', 'warn-soft'], ['text', 'bad-soft'], ['text', 'mark'],
  ['pri', 'pri-soft'], ['text2', 'pri-soft'], ['warn', 'warn-soft'], ['on-pri', 'pri'], ['on-pri', 'pri-h'], ['on-ink', 'ink'], ['on-ink2', 'ink'], ['surface', 'ok'],
]

/** Edges of controls and marks. */
const EDGES = [['field', 'surface'], ['field', 'page'], ['pri', 'surface'], ['warn', 'warn-soft'], ['ok', 'surface'], ['text', 'halo']]

function blocks(css) {
  const plain = css.replace(/\/\*[\s\S]*?\*\//g, '')
  const made = new Map()
  for (const [, selector, body] of plain.matchAll(/(?:^|\n)([^\n{}@]+?)\s*\{([^{}]*)\}/g)) {
    const values = Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\s*;/gi)].map((found) => [found[1], found[2]]))
    made.set(selector.trim(), { ...made.get(selector.trim()), ...values })
  }
  return made
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

export function ratio(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

/** Pairs that fall short: text 4.5, senior 7, edges 3. */
export function contrastFindings(css) {
  const all = blocks(css)
  const found = []
  for (const [mode, layers] of Object.entries(MODES)) {
    const colours = Object.assign({}, ...layers.map((layer) => all.get(layer) ?? {}))
    const least = mode.includes('senior') ? 7 : 4.5
    for (const [pairs, floor] of [[TEXT, least], [EDGES, 3]]) {
      for (const [ink, ground] of pairs) {
        if (!colours[ink] || !colours[ground]) found.push(`${mode}: no ${ink} or ${ground}`)
        else if (mode.startsWith('dark') && ground === 'halo') continue
        else if (ratio(colours[ink], colours[ground]) < floor) found.push(`${mode}: ${ink} on ${ground} is ${ratio(colours[ink], colours[ground]).toFixed(2)}, needs ${floor}`)
      }
    }
  }
  return found
}
