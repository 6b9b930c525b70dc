/** Which questions a person walks through, in which order. The core says which pages apply; this only lays them out. */

import type { DraftView } from '../bindings/DraftView'
import type { Field } from '../bindings/Field'
import type { Page } from '../bindings/Page'

/** One screen of questions. */
export interface Step {
  /** Stable id for the address: the page's id, in senior mode `page~field` when the page asks several things. */
  id: string
  page: Page
  /** Fields on this screen, visible ones only, in order. */
  fields: Field[]
  /** Nothing on this screen stands in the way of sending. */
  complete: boolean
  /** First screen of its page. */
  first: boolean
}

/** The question what is left out of several things; the plan asks it, so it is no screen of its own. */
export const LEFT_OUT = 'left_out'

/** Kinds that show something and ask nothing. */
const SHOWN_ONLY = new Set(['computed', 'fact', 'text_block', 'material'])

/** Whether a field asks for an answer. */
export function asks(field: Field): boolean {
  return !SHOWN_ONLY.has(field.kind)
}

/** The screens of a draft, in order. `single` puts one question on each (senior mode). */
export function stepsOf(view: DraftView, single: boolean): Step[] {
  const definitions = new Map(view.form.pages.map((page) => [page.id, page]))
  return view.state.pages.flatMap((state) => {
    const page = definitions.get(state.id)
    if (!page || page.id === LEFT_OUT) return []
    const fields = page.fields.filter((field) => view.state.fields[field.id]?.visible)
    if (!single || fields.filter(asks).length < 2) {
      return [{ id: page.id, page, fields, complete: state.complete, first: true }]
    }
    return split(view, page, fields)
  })
}

function split(view: DraftView, page: Page, fields: Field[]): Step[] {
  const groups: Field[][] = []
  let lead: Field[] = []
  for (const field of fields) {
    if (asks(field)) {
      groups.push([...lead, field])
      lead = []
    } else if (groups.length === 0) {
      lead.push(field)
    } else {
      groups[groups.length - 1]?.push(field)
    }
  }
  return groups.map((group, index) => {
    const asked = group.find(asks)
    return {
      id: index === 0 || !asked ? page.id : `${page.id}~${asked.id}`,
      page,
      fields: group,
      complete: group.every((field) => passes(view, field.id)),
      first: index === 0,
    }
  })
}

function passes(view: DraftView, id: string): boolean {
  return !view.state.fields[id]?.problems.some((problem) => !problem.warning)
}

/** Position of a step by its id; a field's own screen is found in either layout. -1 when it no longer applies. */
export function stepIndex(steps: Step[], id: string): number {
  const exact = steps.findIndex((step) => step.id === id)
  if (exact >= 0) return exact
  const page = id.split('~')[0]
  return steps.findIndex((step) => step.page.id === page)
}

/** The screen that asks a field. */
export function stepOfField(steps: Step[], field: string): Step | undefined {
  const id = rootField(field)
  return steps.find((step) => step.fields.some((f) => f.id === id))
}

/** `people[1].id_number` → `people`. */
export function rootField(field: string): string {
  return field.split(/[[.]/)[0] ?? field
}

/** Where to go on: the page last worked on if it still waits, else the first that does, else the last. */
export function resumeStep(steps: Step[], page: string | null): Step | undefined {
  const last = page ? steps[stepIndex(steps, page)] : undefined
  if (last && !last.complete) return last
  return steps.find((step) => !step.complete) ?? steps[steps.length - 1]
}

/** Minutes that are left, in proportion to the screens that wait; at least one. */
export function minutesLeft(minutes: number, steps: Step[], at: number): number {
  if (steps.length === 0) return 1
  return Math.max(1, Math.round((minutes * (steps.length - at)) / (steps.length + 1)))
}
