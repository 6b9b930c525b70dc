/** How each kind of code or number is typed: keyboard, clean-up, the way it is shown when nobody types. */

import type { Field } from '../bindings/Field'
import { cleanCode, cleanPhone, groupCode, halfWidth } from './values/clean'
import { parseDecimal, readDecimal } from './values/decimal'

/** Settings of a one-line box. */
export interface Box {
  inputmode: 'text' | 'numeric' | 'decimal' | 'tel'
  autocomplete?: string
  width: 'short' | 'medium' | 'full'
  read(text: string): unknown
  write(value: unknown): string
}

const plain = (value: unknown) => (value === undefined || value === null ? '' : String(value))

function decimalBox(decimals: number): Box {
  return {
    inputmode: decimals > 0 ? 'decimal' : 'numeric',
    width: 'short',
    // What is no number stays as typed: the core says what is wrong, and nothing is lost.
    read: (text) => parseDecimal(text, decimals) ?? halfWidth(text).trim(),
    write: (value) => (typeof value === 'number' ? readDecimal(value, decimals) : plain(value)),
  }
}

function codeBox(sizes: readonly number[], inputmode: Box['inputmode'], autocomplete?: string): Box {
  return {
    inputmode,
    width: 'medium',
    ...(autocomplete ? { autocomplete } : {}),
    read: inputmode === 'tel' ? cleanPhone : cleanCode,
    write: (value) => groupCode(plain(value), sizes),
  }
}

/** The box of a field's kind; nothing for kinds that are no single line. */
export function boxOf(field: Field): Box | undefined {
  switch (field.kind) {
    case 'text':
      return { inputmode: 'text', width: 'full', read: (text) => text.trim(), write: plain, ...autofill(field) }
    case 'number':
      return decimalBox(field.decimals)
    case 'money':
      return decimalBox(2)
    case 'id_number':
      return codeBox([6, 8, 4], 'text')
    case 'credit_code':
      return codeBox([2, 6, 9, 1], 'text')
    case 'phone':
      return codeBox([3, 4, 4], 'tel', 'tel-national')
    case 'bank_card':
      return codeBox([4], 'numeric')
    case 'property_unit':
      return { ...codeBox([6, 3, 3, 7, 9], 'text'), width: 'full' }
    default:
      return undefined
  }
}

function autofill(field: Field): { autocomplete?: string } {
  return field.prefill === 'population.name' ? { autocomplete: 'name' } : {}
}
