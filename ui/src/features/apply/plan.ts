/** Groups of the plan page, what may be left out, and where the form goes on behind it. */

import type { PlanNote } from '@/bindings/PlanNote'
import type { PlanPart } from '@/bindings/PlanPart'
import type { Step } from '@/form/steps'

/** The parts of a plan by what is known of them. */
export interface PlanGroups {
  always: PlanPart[]
  because: PlanPart[]
  open: PlanPart[]
  left: PlanPart[]
  not: PlanPart[]
}

export function groupsOf(parts: PlanPart[]): PlanGroups {
  const needed = parts.filter((part) => part.needed === true)
  return {
    always: needed.filter((part) => part.always),
    because: needed.filter((part) => !part.always),
    open: parts.filter((part) => part.needed === null),
    left: parts.filter((part) => part.left_out),
    not: parts.filter((part) => part.needed === false && !part.left_out),
  }
}

/** What the plan tells besides its parts: what is not needed at all, and what is done elsewhere. */
export function notesOf(notes: PlanNote[], kind: PlanNote['kind']): PlanNote[] {
  return notes.filter((note) => note.kind === kind)
}

/** The answer to what is left out, with one part more or one less. */
export function leaving(answer: unknown, code: string, out: boolean): string[] | null {
  const before = Array.isArray(answer) ? answer.filter((one): one is string => typeof one === 'string') : []
  const rest = before.filter((one) => one !== code)
  if (out) rest.push(code)
  return rest.length > 0 ? rest.sort() : null
}

/** Whether one thing may be left out: the rest can do without it, and something else remains. */
export function mayLeaveOut(part: PlanPart, parts: PlanPart[]): boolean {
  return part.optional && part.needed === true && parts.some((other) => other.needed === true && other.item !== part.item)
}

/** The part whose own question a page is; ids of its pages begin with its code. */
export function partOfPage(page: string, parts: PlanPart[]): PlanPart | undefined {
  return parts.find((part) => page.startsWith(`${part.item.replaceAll('-', '_')}__`))
}

/** Parts that are not sent now because something about them waits, while the rest goes on. */
export function stuckOf(parts: PlanPart[]): PlanPart[] {
  return parts.filter((part) => part.stuck.length > 0)
}

/** The first question behind the situation that waits, else the first behind it. */
export function stepAfterPlan(steps: Step[], situation: string[]): Step | undefined {
  const behind = steps.filter((step) => !situation.includes(step.page.id))
  return behind.find((step) => !step.complete) ?? behind[0]
}

/** Whether the plan is shown between two steps: the last question of the situation was answered. */
export function planComesAfter(step: Step | undefined, following: Step | undefined, situation: string[]): boolean {
  const asks = (one: Step | undefined) => one !== undefined && situation.includes(one.page.id)
  return asks(step) && !asks(following)
}
