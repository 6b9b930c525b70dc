/** Groups of the plan page, and where the form goes on behind it. */

import type { PlanPart } from '@/bindings/PlanPart'
import type { Step } from '@/form/steps'

/** The parts of a plan by what is known of them. */
export interface PlanGroups {
  always: PlanPart[]
  because: PlanPart[]
  open: PlanPart[]
  not: PlanPart[]
}

export function groupsOf(parts: PlanPart[]): PlanGroups {
  const needed = parts.filter((part) => part.needed === true)
  return {
    always: needed.filter((part) => part.always),
    because: needed.filter((part) => !part.always),
    open: parts.filter((part) => part.needed === null),
    not: parts.filter((part) => part.needed === false),
  }
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
