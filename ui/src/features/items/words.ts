import type { MaterialRule } from '@/bindings/MaterialRule'
import { local, t } from '@/core/i18n'

/** Words in a row, as the language lists them. */
export function listed(words: string[]): string {
  return words.join(t('apply.list'))
}

/** "原件 1 份": what is wanted of a material, and how often; nothing where the definition does not say. */
function piecesOf(rule: MaterialRule): string | undefined {
  return rule.type && rule.copies ? t(`items.paper_${rule.type}`, { count: rule.copies }) : undefined
}

/** For the list: the form is named only where it binds. */
export function bringOf(rule: MaterialRule): string | undefined {
  const binds = rule.format && rule.format !== 'either' ? t(`items.format_${rule.format}`) : undefined
  return [piecesOf(rule), binds].filter(Boolean).join(t('items.and_then')) || undefined
}

/** All of it, with form and size. */
export function paperOf(rule: MaterialRule): string {
  const form = rule.format && t(`items.format_${rule.format}`)
  return [piecesOf(rule), form, rule.size && local(rule.size)].filter(Boolean).join(t('items.and_then'))
}
