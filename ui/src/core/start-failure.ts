import type { Problem } from '@/bindings/Problem'
import WORDS from '@/core/start-words.json'

/**
 * The core did not answer at all, so there are no settings and no language yet:
 * both languages are shown, by plain DOM, with the one thing that can help.
 */
export function showStartFailure(problem: Problem): void {
  const root = document.getElementById('app')
  if (!root) return
  const main = document.createElement('main')
  main.className = 'wrap stack start-failure'
  for (const [lang, words] of Object.entries(WORDS)) {
    const section = document.createElement('section')
    section.lang = lang
    section.className = 'stack s12'
    section.append(element('h1', words.title), element('p', words.body), button(words.again))
    main.append(section)
  }
  main.append(element('p', problem.code))
  root.replaceChildren(main)
}

function element(name: 'h1' | 'p', words: string): HTMLElement {
  const made = document.createElement(name)
  made.textContent = words
  return made
}

function button(words: string): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = 'button'
  made.className = 'btn p'
  made.textContent = words
  made.addEventListener('click', () => location.reload())
  return made
}
