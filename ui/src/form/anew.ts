/** Which events mean that an open draft is no longer what the core would show now. */

import type { ClientEvent } from '../bindings/ClientEvent'
import type { DraftView } from '../bindings/DraftView'

/** Whether to read the draft again. `busy`: something typed is not saved yet, and the answer to that save is the latest anyway. */
export function opensAnew(event: ClientEvent, draft: Pick<DraftView, 'id' | 'item_code'>, busy: boolean): boolean {
  switch (event.kind) {
    case 'draft_changed':
      // A change made elsewhere; our own saves come back here too and cost one read at most.
      return event.draft_id === draft.id && !busy
    case 'facts_changed':
      // What the registers know fills in answers, offers choices and waives papers, also of a form that is open.
      return event.item_code === draft.item_code
    case 'licences_changed':
    case 'session_changed':
      return true
    default:
      return false
  }
}
