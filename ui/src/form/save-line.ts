/** The one line that says where the answers are: five states once something was written, told apart by words and icon. */

/** State of the save line. */
export type SaveLine =
  | { kind: 'fresh' }
  | { kind: 'saved'; at: string }
  | { kind: 'account'; at: string }
  | { kind: 'saving' }
  | { kind: 'offline'; at: string }
  | { kind: 'failed'; code: string }

/** What the line depends on. */
export interface SaveFacts {
  /** When the draft was last written to the disk; `null` before the first time. */
  savedAt: string | null
  /** When just this came to the account, for those whose drafts follow them; `null` while it has not. */
  accountAt: string | null
  /** A save has been under way for longer than a second. */
  slow: boolean
  /** Code of the last failure, if the last try failed. */
  failed: string | null
  /** Whether the platform answers. */
  online: boolean
}

/** Says which state holds. */
export function saveLine(facts: SaveFacts): SaveLine {
  if (facts.failed) return { kind: 'failed', code: facts.failed }
  if (facts.slow) return { kind: 'saving' }
  if (!facts.savedAt) return { kind: 'fresh' }
  if (facts.accountAt) return { kind: 'account', at: facts.accountAt }
  return facts.online ? { kind: 'saved', at: facts.savedAt } : { kind: 'offline', at: facts.savedAt }
}
