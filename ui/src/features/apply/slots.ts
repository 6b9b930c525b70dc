/** Material lines as pages show them: the definition beside what the core says of it. */

import type { AttachedFile } from '@/bindings/AttachedFile'
import type { DraftView } from '@/bindings/DraftView'
import type { Licence } from '@/bindings/Licence'
import type { MaterialRule } from '@/bindings/MaterialRule'
import type { MaterialState } from '@/bindings/MaterialState'

/** One slot that applies. */
export interface Slot {
  rule: MaterialRule
  state: MaterialState
  /** Nobody has to hand it in. */
  waived: boolean
  files: AttachedFile[]
  /** The licence in use, or the best one that could be. */
  licence: Licence | undefined
}

/** Slots asked for in this situation, in the item's order. */
export function slotsOf(view: DraftView): Slot[] {
  return view.materials.flatMap((rule) => {
    const state = view.state.materials.find((s) => s.id === rule.id)
    if (!state?.asked) return []
    return [slotOf(view, rule, state)]
  })
}

/** Slots for the materials page: those that a question page asks for stand here only while they are missing. */
export function ownPageSlots(view: DraftView): Slot[] {
  const placed = new Set(
    view.form.pages
      .flatMap((page) => page.fields)
      .flatMap((field) => (field.kind === 'material' && view.state.fields[field.id]?.visible ? [field.material] : [])),
  )
  return slotsOf(view).filter((slot) => !placed.has(slot.rule.id) || slot.state.standing === 'needed')
}

function slotOf(view: DraftView, rule: MaterialRule, state: MaterialState): Slot {
  const choice = view.choices[rule.id]
  const used = choice?.kind === 'licence' ? choice.licence : state.usable_licences[0]
  const order = choice?.kind === 'upload' ? choice.files : []
  const files = view.files.filter((file) => file.slot === rule.id)
  return {
    rule,
    state,
    waived: state.standing === 'waived_by_register' || state.standing === 'waived_by_licence',
    files: files.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id)),
    licence: view.licences.find((licence) => licence.id === used),
  }
}

/** How many stand where, for the meter. */
export function countSlots(slots: readonly Slot[]): { free: number; yours: number; later: number; given: number; missing: number } {
  const count = (test: (slot: Slot) => boolean) => slots.filter(test).length
  const needed = (slot: Slot) => slot.state.standing === 'needed'
  return {
    free: count((slot) => slot.waived),
    given: count((slot) => slot.state.standing === 'uploaded'),
    yours: count((slot) => needed(slot) && !slot.state.may_defer),
    later: count((slot) => slot.state.standing === 'deferred' || (needed(slot) && slot.state.may_defer)),
    missing: count(needed),
  }
}
