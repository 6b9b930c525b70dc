import type { Settings } from '@/bindings/Settings'

/** The five steps of text size, in percent; 112 stands for 112.5 and 187 for 187.5. */
export const TEXT_STEPS = [100, 112, 125, 150, 187] as const

const dark = window.matchMedia('(prefers-color-scheme: dark)')
let shown: Settings | undefined

/** Puts mode, colours and text size on the root; everything else follows by CSS. */
export function applyModes(settings: Settings): void {
  shown = settings
  const root = document.documentElement
  root.dataset['mode'] = settings.mode
  root.dataset['text'] = String(settings.text_percent)
  root.dataset['theme'] = settings.theme === 'system' ? (dark.matches ? 'dark' : 'light') : settings.theme
}

dark.addEventListener('change', () => {
  if (shown) applyModes(shown)
})
