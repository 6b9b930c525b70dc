import { shallowRef } from 'vue'
import type { Language } from '@/bindings/Language'
import type { LocalText } from '@/bindings/LocalText'
import type { Areas } from './areas'
import { fill, pick } from './message'
import type { Message, Values } from './message'

type Keys = { [A in keyof Areas & string]: `${A}.${keyof Areas[A] & string}` }

/** Every key there is; a misspelt one does not compile. */
export type MessageKey = Keys[keyof Keys]

type Catalogue = Record<string, Record<string, Message>>

type Part = () => Promise<{ default: Catalogue }>

const catalogues: Record<Language, { first: Part; rest: Part }> = {
  'zh-CN': { first: () => import('./zh-CN/first'), rest: () => import('./zh-CN/rest') },
  en: { first: () => import('./en/first'), rest: () => import('./en/rest') },
}

const current = shallowRef<{ language: Language; catalogue: Catalogue; plurals: Intl.PluralRules }>()
let whole = Promise.resolve()

/** Loads a language and shows it from now on. At the start the home page's words are enough to go on. */
export async function useLanguage(language: Language): Promise<void> {
  if (current.value?.language === language) return
  const { first, rest } = catalogues[language]
  const begun = (await first()).default
  const show = (catalogue: Catalogue) => {
    current.value = { language, catalogue, plurals: new Intl.PluralRules(language) }
    document.documentElement.lang = language
  }
  const starting = current.value === undefined
  if (starting) show(begun)
  whole = rest().then((part) => show({ ...begun, ...part.default }))
  if (!starting) await whole
}

/** When every word of the language is there; fails when they cannot be loaded. */
export function allWords(): Promise<void> {
  return whole
}

/** The language shown. */
export function language(): Language {
  return current.value?.language ?? 'zh-CN'
}

function find(key: string): Message | undefined {
  const dot = key.indexOf('.')
  return current.value?.catalogue[key.slice(0, dot)]?.[key.slice(dot + 1)]
}

/** Whether there are words for a key that was put together at run time. */
export function has(key: string): boolean {
  return find(key) !== undefined
}

/** Words by key. */
export function t(key: MessageKey, values: Values = {}): string {
  return say(key, values)
}

/** Words by a key that was put together at run time (`problem.${code}`); the key itself when there are none. */
export function say(key: string, values: Values = {}): string {
  const message = find(key)
  if (message === undefined) return key
  return fill(pick(message, values, current.value?.plurals), values)
}

/** A text of a city pack in the language shown. */
export function local(text: LocalText): string {
  return language() === 'en' && text.en !== '' ? text.en : text.zh
}
