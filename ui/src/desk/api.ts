import type { DeskActBody } from '@/bindings/DeskActBody'
import type { DeskActDone } from '@/bindings/DeskActDone'
import type { DeskAppointments } from '@/bindings/DeskAppointments'
import type { DeskCase } from '@/bindings/DeskCase'
import type { DeskMe } from '@/bindings/DeskMe'
import type { DeskQueue } from '@/bindings/DeskQueue'
import type { Problem } from '@/bindings/Problem'
import { plainProblem, ProblemError, problemOf } from '@/platform/types'

/** Secret of the session, repeated with every act so that no other page can act in the officer's name. */
let token = ''

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: globalThis.Response
  try {
    response = await fetch(`/v1/desk/${path}`, {
      method,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-Desk-Token': token },
      body: body === undefined ? null : JSON.stringify(body),
    })
  } catch {
    throw new ProblemError(plainProblem('offline'))
  }
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw new ProblemError(problemOf(answer))
  return answer as T
}

/** Who is at the desk. */
export async function me(): Promise<DeskMe> {
  const answer = await ask<DeskMe>('GET', 'me')
  token = answer.token
  return answer
}

/** Signs in; the session lives in a cookie this page cannot read. */
export async function signIn(account: string, password: string): Promise<DeskMe> {
  await ask('POST', 'sign-in', { account, password })
  return me()
}

/** Ends the session. */
export async function signOut(): Promise<void> {
  await ask('POST', 'sign-out', {})
  token = ''
}

/** Which tasks of the department. */
export type Filter = 'open' | 'mine' | 'waiting' | 'done'

/** The queue. */
export function queue(filter: Filter, q: string): Promise<DeskQueue> {
  return ask('GET', `queue?filter=${filter}&q=${encodeURIComponent(q)}`)
}

/** Opens a case. The look is logged with its purpose before anything is answered. */
export function open(caseId: string, purpose = 'handle'): Promise<DeskCase> {
  return ask('POST', `cases/${caseId}/open`, { purpose })
}

/** Acts on a task. The key makes a second click harmless. */
export async function act(taskId: string, revision: number, body: DeskActBody, key: string): Promise<DeskCase> {
  return (await ask<DeskActDone>('POST', `tasks/${taskId}/act`, { key, revision, act: body })).case
}

/** Who comes on a day; without one, today. */
export function appointments(day = ''): Promise<DeskAppointments> {
  return ask('GET', day === '' ? 'appointments' : `appointments?day=${encodeURIComponent(day)}`)
}

/** Notes whether the resident came. */
export function mark(id: string, came: boolean): Promise<DeskAppointments> {
  return ask('POST', `appointments/${id}/mark`, { came })
}

/** Address of a file as it was handed in. */
export function fileUrl(caseId: string, fileId: string): string {
  return `/v1/desk/cases/${caseId}/files/${fileId}`
}

/** Address of one page, re-drawn as a picture by the platform, so that nothing in a file can act here. */
export function pageUrl(caseId: string, fileId: string, page: number): string {
  return `${fileUrl(caseId, fileId)}/pages/${page}`
}

/** The problem behind a failed call. */
export function problemIn(error: unknown): Problem {
  return problemOf(error)
}
