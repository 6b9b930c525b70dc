/** The options a choice offers now. */

import type { Field } from '../bindings/Field'
import type { FieldState } from '../bindings/FieldState'
import { local, t } from '@/core/i18n'

/** One option as a screen shows it. */
export interface ShownChoice {
  value: string
  label: string
  effect?: string | undefined
}

/** What the core offers; inside lists, where it says nothing, what the definition lists. */
export function choicesOf(field: Field, state: FieldState | undefined, plain: boolean): ShownChoice[] | undefined {
  if (field.kind !== 'single_choice' && field.kind !== 'multi_choice' && field.kind !== 'fact_choice') return undefined
  const source = state ? state.offered : 'options' in field ? field.options : []
  const choices = source.map((option) => ({
    value: option.value,
    label: local(plain && option.plain ? option.plain : option.label),
    effect: option.effect ? local(option.effect) : undefined,
  }))
  if (field.kind === 'fact_choice' && field.allow_other && !choices.some((choice) => choice.value === 'other')) {
    choices.push({ value: 'other', label: t('form.other'), effect: t('form.other_effect') })
  }
  return choices
}
