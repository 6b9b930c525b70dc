/** The one line that says where the answers are. Five states, told apart by words and icon. */

/** State of the save line. */
export type SaveLine =
  | { kind: 'fresh' }
  | { kind: 'saved'; at: string }
  | { kind: 'saving' }
  | { kind: 'offline'; at: string }
  | { kind: 'failed'; code: string }

/** What the line depends on. */
export interface SaveFacts {
  /** When the draft was last written to the disk; `null` before the first time. */
  savedAt: string | null
  /** A save has been under way for longer than a second. */
  slow: boolean
  /** Code of the last failure, if the last try failed. */
  failed: string | null
  /** Whether the platform answers. */
  online: boolean
}

/** Says which of the five states holds. */
export function saveLine(facts: SaveFacts): SaveLine {
  if (facts.failed) return { kind: 'failed', code: facts.failed }
  if (facts.slow) return { kind: 'saving' }
  if (!facts.savedAt) return { kind: 'fresh' }
  return facts.online ? { kind: 'saved', at: facts.savedAt } : { kind: 'offline', at: facts.savedAt }
}
