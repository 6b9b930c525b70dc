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

const catalogues: Record<Language, () => Promise<{ default: Catalogue }>> = {
  'zh-CN': () => import('./zh-CN'),
  en: () => import('./en'),
}

const current = shallowRef<{ language: Language; catalogue: Catalogue; plurals: Intl.PluralRules }>()

/** Loads a language and shows it from now on. */
export async function useLanguage(language: Language): Promise<void> {
  if (current.value?.language === language) return
  const catalogue = (await catalogues[language]()).default
  current.value = { language, catalogue, plurals: new Intl.PluralRules(language) }
  document.documentElement.lang = language
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
