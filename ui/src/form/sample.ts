import type { Field } from '@/bindings/Field'
import { say } from '@/core/i18n'
import { boxOf } from './boxes'
import { parseDecimal } from './values/decimal'
import { isDay, splitDate } from './values/dates'

/** A day as an example, the way people write it. */
export function daySample(day: string): string {
  return isDay(day) ? say('form.day', { ...splitDate(day) }) : day
}

/** The example of a field, written the way its box shows it. */
export function sampleOf(field: Field): string | undefined {
  if (field.sample === undefined) return undefined
  if (field.kind === 'date') return daySample(field.sample)
  if (field.kind === 'money') return boxOf(field)?.write(parseDecimal(field.sample, 2) ?? field.sample)
  return boxOf(field)?.write(field.sample) ?? field.sample
}
