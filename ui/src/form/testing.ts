/** Small drafts for tests of this folder. */

import type { DraftView } from '../bindings/DraftView'
import type { Field } from '../bindings/Field'
import type { FieldProblem } from '../bindings/FieldProblem'
import type { FieldState } from '../bindings/FieldState'
import type { FormState } from '../bindings/FormState'
import type { LocalText } from '../bindings/LocalText'

/** A text that is the same in both languages. */
export function words(text: string): LocalText {
  return { zh: text, en: text }
}

/** A blocking problem. */
export function problem(field: string, rule: string): FieldProblem {
  return { field, part: null, rule, message: words(rule), warning: false }
}

const FIELD: FieldState = { visible: true, required: true, value: null, origin: null, problems: [], offered: [] }

/** A state with the three fields `rent`, `kind`, `note` on two pages, changed as told. */
export function stateWith(fields: Record<string, Partial<FieldState>>): FormState {
  const all = ['rent', 'kind', 'note'].map((id): [string, FieldState] => [id, { ...FIELD, ...fields[id] }])
  return {
    pages: [
      { id: 'money', complete: true },
      { id: 'other', complete: true },
    ],
    fields: Object.fromEntries(all),
    problems: [],
    headline: null,
    materials: [],
    complete: true,
  }
}

function textField(id: string): Field {
  return { id, kind: 'text', max_length: 20, label: words(id), required: true, checks: [] }
}

/** A draft of the form `rent, kind | note`. */
export function draftWith(changes: Partial<DraftView>): DraftView {
  const page = (id: string, fields: string[]) => ({
    id,
    title: words(id),
    plain: words(id),
    why: words(id),
    section: words(id),
    fields: fields.map(textField),
  })
  return {
    id: 'drf_1',
    item_code: 'item',
    item_version: 1,
    item_name: words('item'),
    name: null,
    revision: 1,
    form: { pages: [page('money', ['rent', 'kind']), page('other', ['note'])], declaration: words('true'), checks: [], renamed_fields: {} },
    answers: {},
    state: stateWith({}),
    materials: [],
    choices: {},
    files: [],
    licences: [],
    page: null,
    collisions: {},
    elsewhere: [],
    saved_at: '2026-11-23T06:30:00Z',
    frozen: false,
    upgrade: null,
    correction: null,
    needs_sign_in: false,
    regions: [],
    schedules: [],
    minutes: 5,
    department: words('office'),
    ...changes,
  }
}
