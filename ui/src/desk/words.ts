import { shallowRef } from 'vue'
import type { Language } from '@/bindings/Language'
import type { LocalText } from '@/bindings/LocalText'
import { fill, pick } from '@/core/i18n/message'
import type { Message, Values } from '@/core/i18n/message'
import type source from './words/zh-CN.json'

/** Every key of the desk's message file. */
export type DeskKey = keyof typeof source

const files: Record<Language, () => Promise<{ default: Record<string, Message> }>> = {
  'zh-CN': () => import('./words/zh-CN.json'),
  en: () => import('./words/en.json'),
}

const current = shallowRef<{ language: Language; messages: Record<string, Message>; plurals: Intl.PluralRules }>()

/** Loads a language; the choice stays with this browser. */
export async function useWords(language: Language): Promise<void> {
  const messages = (await files[language]()).default
  current.value = { language, messages, plurals: new Intl.PluralRules(language) }
  document.documentElement.lang = language
  localStorage.setItem('desk-language', language)
}

/** The language shown. */
export function language(): Language {
  return current.value?.language ?? 'zh-CN'
}

/** Words by key. */
export function t(key: DeskKey, values: Values = {}): string {
  return say(key, values) ?? key
}

/** Words by a key made at run time; nothing when there are none. */
export function say(key: string, values: Values = {}): string | undefined {
  const message = current.value?.messages[key]
  return message === undefined ? undefined : fill(pick(message, values, current.value?.plurals), values)
}

/** A text of the city pack. */
export function local(text: LocalText): string {
  return language() === 'en' && text.en !== '' ? text.en : text.zh
}
