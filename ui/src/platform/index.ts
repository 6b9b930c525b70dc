import type { ClientEvent } from '@/bindings/ClientEvent'
import type { CommandName, Platform, Request, Response } from './types'

export { plainProblem, ProblemError, problemOf } from './types'
export type { CommandName, Platform, Request, Response } from './types'

let current: Platform | undefined

async function choose(): Promise<Platform> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./tauri')).tauriPlatform()
  // Development only: the branch and its fixtures are not in a built page.
  if (import.meta.env.DEV && new URLSearchParams(location.search).has('memory')) {
    return (await import('../../dev/memory')).memoryPlatform()
  }
  return (await import('./http')).httpPlatform()
}

/** Picks the host that is there. Called once, before anything is shown. */
export async function openPlatform(): Promise<Platform> {
  const opened = await choose()
  current = opened
  return opened
}

/** The host in use. */
export function platform(): Platform {
  if (!current) throw new Error('the platform is not open yet')
  return current
}

/** Runs a command of the core. */
export function call<C extends CommandName>(command: C, request: Request<C>): Promise<Response<C>> {
  return platform().call(command, request)
}

/** Hears the core's hints. */
export function listen(handler: (event: ClientEvent) => void): () => void {
  return platform().listen(handler)
}
