/** The core sees a half-typed day only as "no day"; the boxes know which one is empty, and say so. */

import type { Field } from '../bindings/Field'
import type { FieldProblem } from '../bindings/FieldProblem'
import type { Form } from '../bindings/Form'
import { rootField } from './steps'
import { isDay, splitDate, wrongPart } from './values/dates'
import type { Pen } from './write'

/** The same problem with the box named, when a day was typed in part. Other problems come back as they are. */
export function precise(problem: FieldProblem, find: (field: string) => Field | undefined, value: (field: string) => unknown, pen: Pen): FieldProblem {
  if (!problem.field || problem.warning) return problem
  const field = find(rootField(problem.field))
  if (!field || (field.kind !== 'date' && field.kind !== 'date_range')) return problem
  const typed = field.kind === 'date' ? value(field.id) : rangePart(value(field.id), problem.part)
  if (typeof typed !== 'string' || isDay(typed)) return problem
  const wrong = wrongPart(splitDate(typed))
  if (!wrong) return problem
  const label = field.kind === 'date' ? pen.local(field.label) : pen.t(`form.${problem.part ?? 'from'}`)
  const words = pen.t(`form.date_${wrong.missing ? 'missing' : 'wrong'}_${wrong.part}`, { label })
  return { ...problem, message: { zh: words, en: words } }
}

function rangePart(value: unknown, part: string | null): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return part === 'to' ? (value as { to?: unknown }).to : (value as { from?: unknown }).from
}

/** A field of the form by id. */
export function findField(form: Form, id: string): Field | undefined {
  for (const page of form.pages) {
    const found = page.fields.find((field) => field.id === id)
    if (found) return found
  }
  return undefined
}
