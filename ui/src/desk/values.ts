import type { Facts } from '@/bindings/Facts'
import type { Field } from '@/bindings/Field'
import type { Form } from '@/bindings/Form'
import type { LocalText } from '@/bindings/LocalText'
import type { Region } from '@/bindings/Region'
import { isCell } from '@/kit/inputs/cells'
import type { Cell } from '@/kit/inputs/cells'
import { readStrokes } from '@/kit/inputs/strokes'
import { dayLong, yuan } from './days'
import { language, local, t } from './words'

/** One line of what was handed in. */
export interface AnswerLine {
  id: string
  label: LocalText
  value: string
  drawing: Drawing | undefined
  before: string | undefined
  origin: 'typed' | 'register'
}

/** What is shown beside the words of an answer. */
export type Drawing = { kind: 'signature'; strokes: number[][] } | { kind: 'place'; cell: Cell }

/** A group of lines under one heading. */
export interface AnswerGroup {
  section: LocalText
  lines: AnswerLine[]
}

/** Answers by section, in the form's own order; unanswered fields are left out. */
export function groupsOf(form: Form, answers: Record<string, unknown>, before: Record<string, unknown>, facts: Facts, regions: Region[]): AnswerGroup[] {
  const groups: AnswerGroup[] = []
  for (const page of form.pages) {
    const lines = page.fields.filter((field) => answers[field.id] !== undefined).map((field) => line(field, answers, before, facts, regions))
    if (lines.length === 0) continue
    const same = groups.find((group) => group.section.zh === page.section.zh)
    if (same !== undefined) same.lines.push(...lines)
    else groups.push({ section: page.section, lines })
  }
  return groups
}

/** Whether a register said exactly this; a prefilled answer that was changed by hand counts as typed. */
function fromRegister(field: Field, value: unknown, facts: Facts): boolean {
  if (field.kind === 'fact') return true
  const known = field.prefill === undefined ? undefined : facts[field.prefill]
  return known !== undefined && JSON.stringify(known.value) === JSON.stringify(value)
}

function line(field: Field, answers: Record<string, unknown>, before: Record<string, unknown>, facts: Facts, regions: Region[]): AnswerLine {
  const old = before[field.id]
  return {
    id: field.id,
    label: field.label,
    value: written(field, answers[field.id], regions),
    drawing: drawn(field, answers[field.id]),
    before: old === undefined ? undefined : written(field, old, regions),
    origin: fromRegister(field, answers[field.id], facts) ? 'register' : 'typed',
  }
}

/** A signature as it was drawn, a place on the grid it was chosen from. Anything that is not exactly that stays words. */
export function drawn(field: Field, value: unknown): Drawing | undefined {
  if (field.kind === 'signature') {
    const strokes = readStrokes(value)
    return strokes.length > 0 ? { kind: 'signature', strokes } : undefined
  }
  const cell = field.kind === 'map_point' && typeof value === 'object' && value !== null ? (value as { cell?: unknown }).cell : undefined
  return isCell(cell) ? { kind: 'place', cell } : undefined
}

/** A value as people write it. */
export function written(field: Field, value: unknown, regions: Region[]): string {
  switch (field.kind) {
    case 'money':
      return t('yuan', { amount: yuan(Number(value)) })
    case 'number':
      return `${(Number(value) / 10 ** field.decimals).toLocaleString(language())} ${field.unit ? local(field.unit) : ''}`.trim()
    case 'date':
      return dayLong(String(value))
    case 'yes_no':
    case 'declaration':
      return t(value === true ? 'yes' : 'no')
    case 'single_choice':
    case 'multi_choice':
      return [value].flat().map((one) => optionLabel(field, String(one))).join(', ')
    case 'signature':
      return signed(value)
    case 'map_point':
      return placed(value, regions)
    case 'people':
    case 'group':
      return [value].flat().map((entry) => entryWords(field.fields, entry, regions)).join('; ')
    default:
      return plain(value, regions)
  }
}

function signed(value: unknown): string {
  const { name } = (value ?? {}) as { name?: unknown }
  return typeof name === 'string' ? name : t('signed_by_hand', { count: readStrokes(value).length })
}

function placed(value: unknown, regions: Region[]): string {
  const { description, region, cell } = (value ?? {}) as { description?: unknown; region?: unknown; cell?: unknown }
  const where = [typeof region === 'string' ? regionWords(region, regions) : '', isCell(cell) ? t(`cell_${cell}`) : '']
  return [typeof description === 'string' ? description : '', where.filter(Boolean).join(' ')].filter(Boolean).join(', ')
}

function optionLabel(field: Extract<Field, { kind: 'single_choice' | 'multi_choice' }>, value: string): string {
  const found = field.options.find((option) => option.value === value)
  return found ? local(found.label) : value
}

/** One entry of a list: its answers in the order they are asked. */
function entryWords(fields: Field[], entry: unknown, regions: Region[]): string {
  const answers = (entry ?? {}) as Record<string, unknown>
  return fields.filter((field) => answers[field.id] !== undefined).map((field) => written(field, answers[field.id], regions)).join(', ')
}

function plain(value: unknown, regions: Region[]): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.map((one) => plain(one, regions)).join('; ')
  const parts = value as Record<string, unknown>
  if ('from' in parts && 'to' in parts) return `${dayLong(String(parts['from']))} – ${dayLong(String(parts['to']))}`
  if ('detail' in parts) return `${regionWords(String(parts['region'] ?? ''), regions)} ${plain(parts['detail'], regions)}`.trim()
  return Object.values(parts).map((one) => plain(one, regions)).filter((part) => part !== '').join(', ')
}

/** A region by its name; its code where the pack does not know it. */
function regionWords(code: string, regions: Region[]): string {
  const known = regions.find((region) => region.code === code)
  return known ? local(known.name) : code
}
