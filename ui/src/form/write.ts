/** Writes answers the way people read them: check page, case page, corrections. */

import type { Field } from '../bindings/Field'
import type { LocalText } from '../bindings/LocalText'
import type { OfferedOption } from '../bindings/OfferedOption'
import type { Region } from '../bindings/Region'
import type { Schedule } from '../bindings/Schedule'
import type { ValueFormat } from '../bindings/ValueFormat'
import { isCell } from '../kit/inputs/cells'
import { readStrokes } from '../kit/inputs/strokes'
import { groupCode } from './values/clean'
import { isDay, splitDate } from './values/dates'
import { readDecimal } from './values/decimal'

/** What writing needs from its surroundings. */
export interface Pen {
  /** A sentence of the message files. */
  t(key: string, params?: Record<string, string | number>): string
  /** A text of the city pack in the reader's language. */
  local(text: LocalText): string
  /** Regions of the pack. */
  regions: readonly Region[]
  /** Timetables of the pack that the form names. */
  schedules?: readonly Schedule[]
  /** Offered options of a field, by its id. */
  offered(field: string): readonly OfferedOption[]
}

/** An answer in words; `''` when there is none. Several lines are separated by `\n`. */
export function writeAnswer(field: Field, value: unknown, pen: Pen): string {
  if (value === null || value === undefined || value === '') return ''
  switch (field.kind) {
    case 'money':
      return writeFormat(value, 'money', pen)
    case 'number':
      return writeNumber(value, field.decimals, field.unit ? pen.local(field.unit) : '')
    case 'computed':
    case 'fact':
      return writeFormat(value, field.format, pen)
    case 'id_number':
      return groupCode(String(value), [6, 8, 4])
    case 'bank_card':
      return groupCode(String(value), [4])
    case 'phone':
      return groupCode(String(value), [3, 4, 4])
    case 'date':
      return writeDay(value, pen)
    case 'date_range':
      return writeRange(value, pen)
    case 'single_choice':
    case 'fact_choice':
      return optionWords(field, String(value), pen)
    case 'multi_choice':
      return Array.isArray(value) ? value.map((v) => optionWords(field, String(v), pen)).join('\n') : String(value)
    case 'yes_no':
      return pen.t(value === true ? 'form.yes' : 'form.no')
    case 'declaration':
      return value === true ? pen.t('form.declared') : ''
    case 'address':
      return writeAddress(value, pen)
    case 'appointment':
      return writeAppointment(field, value, pen)
    case 'region':
      return regionWords(String(value), pen)
    case 'map_point':
      return writePlace(value, pen)
    case 'signature':
      return writeSignature(value, pen)
    case 'people':
    case 'group':
      return Array.isArray(value) ? value.map((entry) => writeEntry(field, entry, pen)).join('\n') : ''
    default:
      return String(value)
  }
}

/** A computed value or fact. */
export function writeFormat(value: unknown, format: ValueFormat, pen: Pen): string {
  if (typeof value === 'boolean') return pen.t(value ? 'form.yes' : 'form.no')
  if (format === 'date') return writeDay(value, pen)
  if (typeof value !== 'number') return value === null || value === undefined ? '' : plainWords(value)
  if (format === 'money') return pen.t('form.yuan', { amount: readDecimal(value, 2) })
  if (format === 'hundredths') return readDecimal(value, 2)
  return readDecimal(value, 0)
}

/** A figure without its unit, for big numbers. */
export function writeFigure(value: number, format: ValueFormat): string {
  return format === 'money' || format === 'hundredths' ? readDecimal(value, 2) : readDecimal(value, 0)
}

function plainWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(plainWords).join('\n')
  if (typeof value === 'object' && value !== null) {
    return 'label' in value ? String(value.label) : Object.values(value).map(String).join(' ')
  }
  return String(value)
}

function writeNumber(value: unknown, decimals: number, unit: string): string {
  const text = typeof value === 'number' ? readDecimal(value, decimals) : String(value)
  return unit ? `${text} ${unit}` : text
}

/** `2026年3月1日`; a half-typed day as far as it goes. */
export function writeDay(value: unknown, pen: Pen): string {
  if (!isDay(value)) return typeof value === 'string' ? value : ''
  const { year, month, day } = splitDate(value)
  return pen.t('form.day', { year, month, day })
}

function writeRange(value: unknown, pen: Pen): string {
  if (typeof value !== 'object' || value === null) return ''
  const { from, to } = value as { from?: unknown; to?: unknown }
  return pen.t('form.range', { from: writeDay(from, pen), to: writeDay(to, pen) })
}

function optionWords(field: Field, value: string, pen: Pen): string {
  const offered = pen.offered(field.id).find((option) => option.value === value)
  if (offered) return pen.local(offered.label)
  const defined = 'options' in field ? field.options.find((option) => option.value === value) : undefined
  if (defined) return pen.local(defined.label)
  return value === 'other' ? pen.t('form.other') : value
}

function writeAddress(value: unknown, pen: Pen): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { region, detail } = value as { region?: unknown; detail?: unknown }
  const names = regionPath(pen.regions, typeof region === 'string' ? region : '').map((r) => pen.local(r.name))
  return [...names.slice(-2), typeof detail === 'string' ? detail : ''].filter(Boolean).join(' ')
}

/** Day, time and place. */
function writeAppointment(field: Extract<Field, { kind: 'appointment' }>, value: unknown, pen: Pen): string {
  if (typeof value !== 'object' || value === null) return ''
  const { place, start } = value as { place?: unknown; start?: unknown }
  if (typeof start !== 'string') return ''
  const known = pen.schedules?.find((one) => one.id === field.schedule)?.places.find((one) => one.id === place)
  const when = `${writeDay(start.slice(0, 10), pen)} ${start.slice(11)}`
  const called = field.places?.find((one) => one.value === place)
  return [when, called ? pen.local(called.label) : '', known ? pen.local(known.name) : ''].filter(Boolean).join('\n')
}

function regionWords(code: string, pen: Pen): string {
  const names = regionPath(pen.regions, code).map((region) => pen.local(region.name))
  return names.slice(-2).join(' ')
}

function writePlace(value: unknown, pen: Pen): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const place = value as { description?: unknown; region?: unknown; cell?: unknown }
  const region = typeof place.region === 'string' ? regionWords(place.region, pen) : ''
  const cell = isCell(place.cell) ? pen.t(`form.cell_${place.cell}`) : ''
  return [typeof place.description === 'string' ? place.description : '', [region, cell].filter(Boolean).join(' ')].filter(Boolean).join('\n')
}

function writeSignature(value: unknown, pen: Pen): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { name } = value as { name?: unknown }
  if (typeof name === 'string') return name
  const strokes = readStrokes(value)
  return strokes.length > 0 ? pen.t('form.sign_drawn', { count: strokes.length }) : ''
}

function writeEntry(field: Extract<Field, { kind: 'people' | 'group' }>, entry: unknown, pen: Pen): string {
  if (typeof entry !== 'object' || entry === null) return ''
  const values = entry as Record<string, unknown>
  const lines = field.fields.map((inner) => writeAnswer(inner, values[inner.id], pen)).filter(Boolean)
  return lines.join(pen.t('form.comma'))
}

/** A region and its parents, largest first. Unknown codes give nothing. */
export function regionPath(regions: readonly Region[], code: string): Region[] {
  const byCode = new Map(regions.map((region) => [region.code, region]))
  const path: Region[] = []
  for (let at = byCode.get(code); at && path.length < 8; at = at.parent ? byCode.get(at.parent) : undefined) path.unshift(at)
  return path
}

/** Regions whose parent is the given one; without one, those whose parent is not in the list. */
export function childRegions(regions: readonly Region[], parent: string | null): Region[] {
  if (parent !== null) return regions.filter((region) => region.parent === parent)
  const codes = new Set(regions.map((region) => region.code))
  return regions.filter((region) => !region.parent || !codes.has(region.parent))
}
