import { getCurrentScope, onScopeDispose, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import type { ClientEvent } from '@/bindings/ClientEvent'
import type { Problem } from '@/bindings/Problem'
import { listen, problemOf } from '@/platform'

/** What a screen asked the core for. */
export interface Asked<T> {
  readonly data: ShallowRef<T | undefined>
  readonly problem: ShallowRef<Problem | undefined>
  readonly busy: ShallowRef<boolean>
  /** Asks again; what is shown stays until the answer is there. */
  again(): Promise<void>
}

/** Asks at once, and again whenever an event of the given kinds comes. A late answer never replaces a later one. */
export function useAsk<T>(ask: () => Promise<T>, on: ClientEvent['kind'][] = []): Asked<T> {
  const data = shallowRef<T>()
  const problem = shallowRef<Problem>()
  const busy = shallowRef(false)
  let turn = 0
  const again = async () => {
    const mine = ++turn
    busy.value = true
    try {
      const answer = await ask()
      if (mine !== turn) return
      data.value = answer
      problem.value = undefined
    } catch (error) {
      if (mine === turn) problem.value = problemOf(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }
  void again()
  onClientEvent(on, again)
  return { data, problem, busy, again }
}

/** Does something whenever an event of the given kinds comes, for as long as the screen is there. */
export function onClientEvent(kinds: ClientEvent['kind'][], then: () => unknown): void {
  if (kinds.length === 0) return
  const stop = listen((event) => {
    if (kinds.includes(event.kind)) void then()
  })
  if (getCurrentScope()) onScopeDispose(stop)
}

/** An act of the resident: busy while it runs, its problem kept until the next try. */
export function useAct(): {
  busy: ShallowRef<boolean>
  problem: ShallowRef<Problem | undefined>
  act<T>(work: () => Promise<T>): Promise<T | undefined>
} {
  const busy = shallowRef(false)
  const problem = shallowRef<Problem>()
  async function act<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    problem.value = undefined
    try {
      return await work()
    } catch (error) {
      problem.value = problemOf(error)
      return undefined
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, act }
}
