import type { ClientEvent } from '@/bindings/ClientEvent'
import type { Commands } from '@/bindings/commands'
import type { Problem } from '@/bindings/Problem'

export type CommandName = keyof Commands
export type Request<C extends CommandName> = Commands[C]['request']
export type Response<C extends CommandName> = Commands[C]['response']

/** The only door to the core. Screens never know which host stands behind it. */
export interface Platform {
  /** `tauri`, `http` (devhost) or `memory` (development fixtures). */
  readonly kind: 'tauri' | 'http' | 'memory'
  /** Runs a command; rejects with a `ProblemError`. */
  call<C extends CommandName>(command: C, request: Request<C>): Promise<Response<C>>
  /** Hears the core's hints until the returned function is called. */
  listen(handler: (event: ClientEvent) => void): () => void
  /** Hands files chosen in the page to the host; answers tokens for `material_attach`. */
  uploadFiles(files: File[]): Promise<string[]>
  /** Address of a small picture named `thumb/<id>`. */
  thumbUrl(path: string): string
  /** Address of a file the host wrote for the page (`receipt/<token>`), if pages can fetch it. */
  exportUrl(path: string): string | undefined
}

/** A failed command. */
export class ProblemError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.code)
    this.name = 'ProblemError'
    this.problem = problem
  }
}

/** A problem that is only a code. */
export function plainProblem(code: Problem['code'], params: Record<string, string> = {}): Problem {
  return { code, params, field_errors: [], retry_after_ms: null, request_id: null }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && typeof (value as { code?: unknown }).code === 'string'
}

/** Whatever was thrown, as a problem that can be shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  if (isProblem(error)) {
    return { ...plainProblem(error.code), ...error }
  }
  return plainProblem('internal')
}
