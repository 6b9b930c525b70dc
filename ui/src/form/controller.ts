/**
 * One draft while it is being filled: holds what the core said last plus what was typed since,
 * saves one change set at a time, and knows when a problem may be shown. Plain TypeScript.
 */

import type { DraftAccount } from '../bindings/DraftAccount'
import type { DraftSave } from '../bindings/DraftSave'
import type { DraftSaved } from '../bindings/DraftSaved'
import type { DraftView } from '../bindings/DraftView'
import type { FieldProblem } from '../bindings/FieldProblem'
import type { FieldState } from '../bindings/FieldState'
import { ShownProblems } from './problems'
import { saveLine, type SaveLine } from './save-line'
import { asks, stepsOf, type Step } from './steps'

/** The two calls the controller makes. They reject with a problem that carries a `code`. */
export interface DraftPort {
  open(draftId: string): Promise<DraftView>
  save(request: DraftSave): Promise<DraftSaved>
}

/** Time, so that tests own it. Each returns a way to call it off. */
export interface Scheduler {
  frame(run: () => void): () => void
  after(ms: number, run: () => void): () => void
}

type Changes = Map<string, unknown>

/** A save slower than this says so. */
export const SLOW_MS = 1000
/** First wait before a failed save is tried again; doubles up to `RETRY_MAX_MS`. */
export const RETRY_MS = 2000
const RETRY_MAX_MS = 30_000
/** Conflicts in a row after which the controller stops and says so. */
const MAX_CONFLICTS = 3

/** See the module's own words. */
export class DraftController {
  private draft: DraftView
  private pending: Changes = new Map()
  private sending: Changes | null = null
  private page: string | undefined
  private pageDirty = false
  private readonly problems = new ShownProblems()
  private readonly listeners = new Set<() => void>()
  private waiters: Array<(saved: boolean) => void> = []
  private cancelFrame: (() => void) | null = null
  private cancelRetry: (() => void) | null = null
  private failed: string | null = null
  private tries = 0
  private conflicts = 0
  private slow = false
  private reopening = false
  private online = true
  private savedOnce: boolean
  private account: DraftAccount | null = null

  constructor(
    draft: DraftView,
    private readonly port: DraftPort,
    private readonly scheduler: Scheduler,
  ) {
    this.draft = draft
    this.savedOnce = draft.revision > 1 || Object.keys(draft.answers).length > 0
  }

  /** What the core said last. */
  get view(): DraftView {
    return this.draft
  }

  /** Hears about every change; returns the way to stop. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** The value a box shows: typed since, else what the core counts, else what was typed before. */
  value(field: string): unknown {
    if (this.pending.has(field)) return this.pending.get(field) ?? undefined
    if (this.sending?.has(field)) return this.sending.get(field) ?? undefined
    return this.draft.answers[field] ?? this.draft.state.fields[field]?.value ?? undefined
  }

  /** The core's word on a field. */
  fieldState(field: string): FieldState | undefined {
    return this.draft.state.fields[field]
  }

  /** The screens of this draft. */
  steps(single: boolean): Step[] {
    return stepsOf(this.draft, single)
  }

  /** A person changed a field; `null` clears it. Saved with the next frame. */
  edit(field: string, value: unknown): void {
    if (this.draft.frozen) return
    const cleared = value === undefined || value === ''
    this.pending.set(field, cleared ? null : value)
    this.schedule()
    this.changed()
  }

  /** The person is now inside a field. */
  enter(field: string): void {
    this.problems.enter(field)
  }

  /** The person left a field: what is wrong with it may be shown once the core has seen it. */
  async leave(field: string): Promise<void> {
    this.problems.exit(field)
    // Judged on what was typed, never on what was saved before it: a message that comes and goes moves the page under the finger.
    if (this.busy) await this.flush()
    if (this.problems.inside(field)) return
    this.problems.leave(field, this.draft.state)
    this.changed()
  }

  /** Remembers the page worked on; travels with the next save. */
  visit(page: string): void {
    if (this.page === page) return
    this.page = page
    if (this.draft.page !== page && !this.draft.frozen) {
      this.pageDirty = true
      this.schedule()
    }
  }

  /**
   * "Continue" over these fields: everything typed is saved first, then what is wrong is shown.
   * Resolves with the problems that stand in the way; `null` when the save itself failed.
   */
  async ask(fields: readonly string[]): Promise<FieldProblem[] | null> {
    const saved = await this.flush()
    this.problems.ask(fields, this.draft.state)
    this.changed()
    return saved ? this.problems.summary(fields) : null
  }

  /** Problems a field shows now. */
  shown(field: string): readonly FieldProblem[] {
    return this.problems.of(field)
  }

  /** Lines of the error summary over these fields. */
  summary(fields: readonly string[]): FieldProblem[] {
    return this.problems.summary(fields)
  }

  /** Everything that still stands in the way of sending, as the core sees it; for the check page. */
  blocking(): FieldProblem[] {
    const fields = this.steps(false).flatMap((step) => step.fields.filter(asks))
    const own = fields.flatMap((field) => this.draft.state.fields[field.id]?.problems ?? [])
    return [...own, ...this.draft.state.problems].filter((problem) => !problem.warning)
  }

  /** Where the answers are. */
  get saveLine(): SaveLine {
    const savedAt = this.savedOnce ? this.draft.saved_at : null
    // What was typed since is on this device only.
    const accountAt = !this.busy && this.account?.revision === this.draft.revision ? this.account.at : null
    return saveLine({ savedAt, accountAt, slow: this.slow, failed: this.failed, online: this.online })
  }

  /** Whether something typed is not on the disk yet. */
  get busy(): boolean {
    return this.sending !== null || this.reopening || this.pending.size > 0 || this.pageDirty
  }

  /** What the account has of this draft. */
  setAccount(account: DraftAccount): void {
    this.account = account
    this.changed()
  }

  /** The platform answers, or no longer. */
  setOnline(online: boolean): void {
    if (this.online === online) return
    this.online = online
    this.changed()
  }

  /** A command other than save (materials, correction) answered with the draft as it is now. */
  adopt(view: DraftView): void {
    if (view.id !== this.draft.id || view.revision < this.draft.revision) return
    this.take(view)
  }

  /** The draft may have changed elsewhere: look again, keeping what was typed since. */
  async reopen(): Promise<void> {
    // A save may have been acknowledged while this was read: then what was read is of yesterday.
    this.adopt(await this.port.open(this.draft.id))
  }

  /** Tries a failed save again now. */
  retry(): Promise<boolean> {
    this.tries = 0
    this.conflicts = 0
    return this.flush()
  }

  /** Resolves when everything typed is on the disk (true) or the save failed (false). */
  flush(): Promise<boolean> {
    if (!this.busy) return Promise.resolve(true)
    const done = new Promise<boolean>((resolve) => this.waiters.push(resolve))
    this.send()
    return done
  }

  /** Ends timers. Unsaved changes are sent first. */
  close(): void {
    if (this.busy && !this.sending) this.send()
    this.cancelRetry?.()
    this.listeners.clear()
  }

  private schedule(): void {
    if (this.cancelFrame || this.sending || this.reopening) return
    this.cancelFrame = this.scheduler.frame(() => {
      this.cancelFrame = null
      this.send()
    })
  }

  private send(): void {
    if (this.sending || this.reopening) return
    this.cancelFrame?.()
    this.cancelFrame = null
    this.cancelRetry?.()
    this.cancelRetry = null
    this.sending = this.pending
    this.pending = new Map()
    this.pageDirty = false
    const stopSlow = this.scheduler.after(SLOW_MS, () => {
      this.slow = true
      this.changed()
    })
    this.port.save(this.request(this.sending)).then(
      (saved) => this.settle(stopSlow, () => this.saved(saved)),
      (problem: unknown) => this.settle(stopSlow, () => this.refused(codeOf(problem))),
    )
  }

  private request(changes: Changes): DraftSave {
    const request: DraftSave = {
      draft_id: this.draft.id,
      revision: this.draft.revision,
      changes: Object.fromEntries(changes),
    }
    if (this.page !== undefined) request.page = this.page
    return request
  }

  private settle(stopSlow: () => void, then: () => void): void {
    stopSlow()
    this.slow = false
    then()
    this.problems.refresh(this.draft.state)
    this.changed()
  }

  private saved(saved: DraftSaved): void {
    // A material command may have answered with a later draft meanwhile; that one holds these changes too.
    if (saved.revision >= this.draft.revision) this.acknowledge(saved)
    this.sending = null
    this.failed = null
    this.savedOnce = true
    this.tries = 0
    this.conflicts = 0
    this.next()
  }

  private acknowledge(saved: DraftSaved): void {
    const answers = { ...this.draft.answers }
    for (const [field, value] of this.sending ?? []) {
      if (value === null) delete answers[field]
      else answers[field] = value
    }
    this.draft = { ...this.draft, ...saved, answers, page: this.page ?? this.draft.page }
  }

  private refused(code: string): void {
    // What could not be saved goes back under what was typed meanwhile: the latest wins, nothing is lost.
    this.pending = new Map([...(this.sending ?? []), ...this.pending])
    this.sending = null
    if ((code === 'revision_conflict' || code === 'item_version') && this.conflicts < MAX_CONFLICTS) {
      this.conflicts += 1
      void this.reapply()
      return
    }
    this.giveUp(code)
  }

  /** Somebody changed the draft first: read it again and put the unsaved changes on top. */
  private async reapply(): Promise<void> {
    this.reopening = true
    try {
      this.take(await this.port.open(this.draft.id))
      this.reopening = false
      if (this.draft.frozen) this.pending.clear()
      this.next()
    } catch (problem) {
      this.reopening = false
      this.giveUp(codeOf(problem))
    }
  }

  private giveUp(code: string): void {
    this.failed = code
    this.answerWaiters(false)
    const wait = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** this.tries)
    this.tries += 1
    this.cancelRetry?.()
    this.cancelRetry = this.scheduler.after(wait, () => this.send())
    this.changed()
  }

  private next(): void {
    if (this.pending.size === 0 && !this.pageDirty) {
      this.answerWaiters(true)
    } else if (this.waiters.length > 0) {
      this.send()
    } else {
      this.schedule()
    }
  }

  private answerWaiters(saved: boolean): void {
    const waiting = this.waiters
    this.waiters = []
    for (const resolve of waiting) resolve(saved)
  }

  private take(view: DraftView): void {
    if (view.item_version !== this.draft.item_version) this.problems.clear()
    this.draft = view
    this.problems.refresh(view.state)
    this.changed()
  }

  private changed(): void {
    for (const listener of this.listeners) listener()
  }
}

function codeOf(problem: unknown): string {
  if (typeof problem === 'object' && problem !== null && 'code' in problem) return String(problem.code)
  return 'internal'
}
