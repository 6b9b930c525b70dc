import { computed, shallowRef, watch } from 'vue'
import type { ComputedRef } from 'vue'
import type { CalculatorView } from '@/bindings/CalculatorView'
import type { Field } from '@/bindings/Field'
import type { FieldProblem } from '@/bindings/FieldProblem'
import { useAsk } from '@/core/ask'
import type { Asked } from '@/core/ask'
import { local, say } from '@/core/i18n'
import { precise } from '@/form/precise'
import { ShownProblems } from '@/form/problems'
import { asks } from '@/form/steps'
import { writeAnswer } from '@/form/write'
import type { Pen } from '@/form/write'
import { call } from '@/platform'

/** A calculation in progress. It lives as long as its page; nothing of it is kept. */
export interface Calculation {
  asked: Asked<CalculatorView>
  /** What a box shows: typed here, else what the core counts. */
  value(field: string): unknown
  /** A value as people read it. */
  words(field: Field): string
  shown(field: string): readonly FieldProblem[]
  edit(field: string, value: unknown): void
  enter(field: string): void
  leave(field: string): void
  clear(): void
  /** Whether anything was typed. */
  touched: ComputedRef<boolean>
  /** Typed answers that a draft may begin with. */
  carried(): Record<string, unknown>
}

/** Asks the core anew with every change; the latest answer wins. */
export function useCalculation(code: () => string): Calculation {
  const typed = shallowRef<Record<string, unknown>>({})
  const problems = new ShownProblems()
  const turn = shallowRef(0)
  const asked = useAsk(() => call('calculator_open', { code: code(), answers: typed.value }), ['catalogue_changed', 'facts_changed', 'session_changed'])
  const find = (id: string) => asked.data.value?.asked.find((field) => field.id === id)
  const value = (field: string) => typed.value[field] ?? asked.data.value?.state.fields[field]?.value ?? undefined
  const pen: Pen = {
    t: say,
    local,
    get regions() {
      return asked.data.value?.regions ?? []
    },
    offered: (field) => asked.data.value?.state.fields[field]?.offered ?? [],
  }

  watch(asked.data, (view) => {
    if (!view) return
    problems.refresh(view.state)
    turn.value += 1
  })

  function edit(field: string, next: unknown): void {
    const { [field]: _, ...others } = typed.value
    typed.value = next === null || next === undefined || next === '' ? others : { ...others, [field]: next }
    void asked.again()
  }

  function leave(field: string): void {
    if (asked.data.value) problems.leave(field, asked.data.value.state)
    turn.value += 1
  }

  function clear(): void {
    typed.value = {}
    problems.clear()
    void asked.again()
  }

  function carried(): Record<string, unknown> {
    const view = asked.data.value
    const fields = view?.asked.filter((field) => asks(field) && view.carried.includes(field.id)) ?? []
    return Object.fromEntries(fields.filter((field) => field.id in typed.value).map((field) => [field.id, typed.value[field.id]]))
  }

  return {
    asked,
    value,
    words: (field) => writeAnswer(field, value(field.id), pen),
    shown(field) {
      void turn.value
      return problems.of(field).map((problem) => precise(problem, find, value, pen))
    },
    edit,
    enter: (field) => problems.enter(field),
    leave,
    clear,
    touched: computed(() => Object.keys(typed.value).length > 0),
    carried,
  }
}
