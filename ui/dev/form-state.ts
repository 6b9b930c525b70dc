import type { DraftView } from '@/bindings/DraftView'
import type { Field } from '@/bindings/Field'
import type { FieldProblem } from '@/bindings/FieldProblem'
import type { FieldState } from '@/bindings/FieldState'
import type { Form } from '@/bindings/Form'
import type { FormState } from '@/bindings/FormState'
import type { MaterialStanding } from '@/bindings/MaterialStanding'
import story from './story.json'

const both = (zh: string, en: string) => ({ zh, en })
const read_at = '2026-11-23T06:20:00Z'

/** Enough of the core's judgement to look at pages: required answers, one comparison of days, `answers.x == "y"`. */
export function stateOf(form: Form, answers: Record<string, unknown>, materials: FormState['materials']): FormState {
  const fields: Record<string, FieldState> = {}
  for (const field of form.pages.flatMap((page) => page.fields)) fields[field.id] = fieldState(field, answers)
  const pages = form.pages.map((page) => ({ id: page.id, complete: page.fields.every((field) => !fields[field.id]?.visible || fields[field.id]?.problems.every((p) => p.warning)) }))
  const rent = typeof answers['rent_month'] === 'number' ? answers['rent_month'] * 3 : 540000
  const limits = [
    { id: 'cap', words: story.limit_cap, value: 450000 },
    { id: 'rent', words: story.limit_rent, value: rent },
    { id: 'balance', words: story.limit_balance, value: 3861200 },
  ]
  const least = limits.reduce((a, b) => (b.value < a.value ? b : a))
  return {
    pages,
    fields,
    problems: [],
    headline: form.headline ? { value: least.value, format: 'money', limit: least.id, limited_by: least.words, limits } : null,
    materials,
    complete: pages.every((page) => page.complete),
  }
}

function shows(expr: string | undefined, answers: Record<string, unknown>): boolean {
  const match = /^answers\.(\w+) == "(\w+)"$/.exec(expr ?? '')
  return match ? answers[match[1] ?? ''] === match[2] : true
}

function fieldState(field: Field, answers: Record<string, unknown>): FieldState {
  const known = ['computed', 'fact', 'text_block'].includes(field.kind)
  const visible = shows(field.show, answers)
  const value = answers[field.id] ?? (field.kind === 'fact' ? story.you : field.kind === 'computed' ? 450000 : null)
  const problems = visible && !known ? problemsOf(field, answers[field.id]) : []
  const offered =
    field.kind === 'fact_choice'
      ? [{ value: 'ccb', label: both(story.card_label, 'China Construction Bank, ends in 0004'), effect: both(story.card_note, 'In your own name'), plain: null }]
      : 'options' in field
        ? field.options.map((o) => ({ value: o.value, label: o.label, effect: o.effect ?? null, plain: o.plain ?? null }))
        : []
  const origin: FieldState['origin'] = known && field.kind !== 'text_block' ? { kind: 'register', register: story.register, read_at } : null
  return { visible, required: !known, value, origin, problems, offered }
}

function problemsOf(field: Field, value: unknown): FieldProblem[] {
  const one = (rule: string, message: { zh: string; en: string }, part: string | null = null): FieldProblem => ({ field: field.id, part, rule, message, warning: false })
  if (field.kind === 'date_range') {
    const { from, to } = (value ?? {}) as { from?: string; to?: string }
    const day = /^\d{4}-\d\d-\d\d$/
    const found = [['from', from], ['to', to]].filter(([, d]) => !day.test(d ?? '')).map(([part]) => one('required', field.label, part ?? null))
    const order = field.checks[0]
    if (found.length === 0 && order && String(to) <= String(from)) found.push(one(order.id, order.message, 'to'))
    else if (order && to && from && day.test(to) && to <= from) found.push(one(order.id, order.message, 'to'))
    return found
  }
  if (value === undefined || value === null) return [one('required', both(`\u8bf7\u586b${field.label.zh}`, `${field.label.en}: please answer`))]
  if (field.kind === 'money' && typeof value !== 'number') return [one('number_invalid', both(`${field.label.zh}\u8981\u586b\u6570\u5b57`, `${field.label.en}: digits only`))]
  return []
}

/** Standings of slots from what fills them. */
export function materialStates(view: Pick<DraftView, 'materials' | 'choices'>, waived: Record<string, MaterialStanding>): FormState['materials'] {
  return view.materials.map((rule) => {
    const choice = view.choices[rule.id]
    const standing: MaterialStanding = choice?.kind === 'upload' ? 'uploaded' : choice?.kind === 'licence' ? 'waived_by_licence' : choice?.kind === 'deferred' ? 'deferred' : (waived[rule.id] ?? 'needed')
    return { id: rule.id, asked: standing !== 'not_asked', standing, usable_licences: rule.glyph === '\u8eab' ? ['lic_1'] : [], may_defer: rule.defer_days !== undefined, defer_until: rule.defer_days === undefined ? null : '2026-12-07' }
  })
}
