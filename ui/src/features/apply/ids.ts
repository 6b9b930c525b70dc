/** A case keeps the UUID of its draft. */
export function caseOfDraft(draft: string): string {
  return draft.replace(/^drf_/, 'cas_')
}
