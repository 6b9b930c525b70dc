/** Rows of the check page, grouped as the form says. */

import type { DraftView } from '@/bindings/DraftView'
import type { Field } from '@/bindings/Field'
import type { LocalText } from '@/bindings/LocalText'
import { LEFT_OUT, asks } from '@/form/steps'

/** One answer. */
export interface CheckRow {
  field: Field
  /** Typed by the person; what registers and rules gave cannot be changed. */
  editable: boolean
  missing: boolean
}

/** Answers under one heading. */
export interface CheckSection {
  title: LocalText
  rows: CheckRow[]
}

/** Sections in order of their first page; pages of one section stand together. */
export function sectionsOf(view: DraftView): CheckSection[] {
  const applies = new Set(view.state.pages.map((page) => page.id))
  const sections: CheckSection[] = []
  for (const page of view.form.pages) {
    if (!applies.has(page.id) || page.id === LEFT_OUT) continue
    const rows = page.fields.filter((field) => field.kind !== 'text_block' && view.state.fields[field.id]?.visible).map((field) => rowOf(view, field))
    if (rows.length === 0) continue
    const same = sections.find((section) => section.title.zh === page.section.zh)
    if (same) same.rows.push(...rows)
    else sections.push({ title: page.section, rows })
  }
  return sections
}

function rowOf(view: DraftView, field: Field): CheckRow {
  const state = view.state.fields[field.id]
  return { field, editable: asks(field), missing: state?.problems.some((problem) => problem.rule === 'required') ?? false }
}
