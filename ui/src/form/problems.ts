/**
 * Which problems are shown, and when: on "continue" and on leaving a field, never while typing;
 * once shown they stay until they are settled.
 */

import type { FieldProblem } from '../bindings/FieldProblem'
import type { FormState } from '../bindings/FormState'

/** Keeps what is shown per field. The core decides what is wrong; this decides only the moment. */
export class ShownProblems {
  /** Fields the person was asked about by "continue": a missing answer counts there too. */
  private readonly asked = new Set<string>()
  /** Fields the person left once. */
  private readonly left = new Set<string>()
  private readonly shown = new Map<string, FieldProblem[]>()
  private typing: string | null = null

  /** The person is in a field now; what it shows may only shrink until they leave. */
  enter(field: string): void {
    this.typing = field
  }

  /** The person goes out of a field. */
  exit(field: string): void {
    if (this.typing === field) this.typing = null
  }

  /** Whether the person is in a field. */
  inside(field: string): boolean {
    return this.typing === field
  }

  /** The person left a field, and this is the state that counts what they typed in it. */
  leave(field: string, state: FormState): void {
    this.exit(field)
    this.left.add(field)
    this.refresh(state)
  }

  /** "Continue" was pressed over these fields. */
  ask(fields: readonly string[], state: FormState): void {
    this.typing = null
    for (const field of fields) this.asked.add(field)
    this.refresh(state)
  }

  /** A new state arrived. */
  refresh(state: FormState): void {
    for (const field of new Set([...this.asked, ...this.left])) this.refreshOne(field, state)
  }

  private refreshOne(field: string, state: FormState): void {
    const now = state.fields[field]
    const problems = now?.visible ? now.problems : []
    const before = this.shown.get(field) ?? []
    const counted = problems.filter((problem) => problem.rule !== 'required' || this.asked.has(field) || before.length > 0)
    if (counted.length === 0) this.shown.delete(field)
    else if (this.typing !== field) this.shown.set(field, counted)
    else if (before.length > 0) this.keepUnsettled(field, before, counted)
  }

  /** While typing: settled ones go, unsettled ones keep their words, no new ones come. */
  private keepUnsettled(field: string, before: FieldProblem[], now: FieldProblem[]): void {
    const rules = new Set(now.map((problem) => problem.rule + (problem.part ?? '')))
    const kept = before.filter((problem) => rules.has(problem.rule + (problem.part ?? '')))
    this.shown.set(field, kept.length > 0 ? kept : before)
  }

  /** What a field shows. */
  of(field: string): readonly FieldProblem[] {
    return this.shown.get(field) ?? []
  }

  /** What these fields show, in their order: the error summary. Warnings do not stand in it. */
  summary(fields: readonly string[]): FieldProblem[] {
    return fields.flatMap((field) => this.of(field).filter((problem) => !problem.warning))
  }

  /** Forgets everything, after the draft was opened anew under another version. */
  clear(): void {
    this.asked.clear()
    this.left.clear()
    this.shown.clear()
    this.typing = null
  }
}

/** The id of the element an error leads to. Parts have their own box; list entries their row. */
export function anchorOf(problem: Pick<FieldProblem, 'field' | 'part'>): string {
  const field = (problem.field ?? 'form').replace(/[^A-Za-z0-9_-]+/g, '-').replace(/-$/, '')
  return problem.part ? `f-${field}-${problem.part}` : `f-${field}`
}
