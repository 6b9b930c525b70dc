import type { ConditionState } from '@/bindings/ConditionState'
import type { MaterialState } from '@/bindings/MaterialState'

/** How the materials of an item stand for one person, counted for the meter. */
export interface MaterialCount {
  free: number
  given: number
  yours: number
  later: number
  total: number
}

export function countMaterials(states: MaterialState[]): MaterialCount {
  const made: MaterialCount = { free: 0, given: 0, yours: 0, later: 0, total: 0 }
  for (const state of states) {
    const place = placeOf(state)
    if (place === undefined) continue
    made[place] += 1
    made.total += 1
  }
  return made
}

/** Which of the stamps a material carries; none when it is not asked for. */
export function placeOf(state: MaterialState): 'free' | 'given' | 'yours' | 'later' | undefined {
  if (!state.asked || state.standing === 'not_asked') return undefined
  if (state.standing === 'waived_by_licence' || state.standing === 'waived_by_register') return 'free'
  if (state.standing === 'uploaded') return 'given'
  if (state.standing === 'deferred') return 'later'
  if (state.usable_licences.length > 0) return 'free'
  return state.may_defer ? 'later' : 'yours'
}

/** What the strip above the facts may say: only what was really checked. */
export interface Checked {
  met: number
  notMet: number
}

export function countChecked(conditions: ConditionState[]): Checked {
  return {
    met: conditions.filter((one) => one.verdict === 'met').length,
    notMet: conditions.filter((one) => one.verdict === 'not_met').length,
  }
}
