import { computed, inject, onScopeDispose, provide, shallowRef, watch } from 'vue'
import type { ComputedRef, InjectionKey } from 'vue'
import type { DraftView } from '@/bindings/DraftView'
import type { Field } from '@/bindings/Field'
import type { FieldProblem } from '@/bindings/FieldProblem'
import { app, senior } from '@/core/app'
import { local, say } from '@/core/i18n'
import { afterPress } from '@/core/press'
import { call, listen, problemOf } from '@/platform'
import { opensAnew } from './anew'
import { DraftController } from './controller'
import type { DraftPort, Scheduler } from './controller'
import type { SaveLine } from './save-line'
import type { Step } from './steps'
import { findField, precise } from './precise'
import { writeAnswer } from './write'
import type { Pen } from './write'

/** Vue's view of a draft controller: the same calls, reactive. */
export interface DraftForm {
  controller: DraftController
  view: ComputedRef<DraftView>
  saveLine: ComputedRef<SaveLine>
  steps: ComputedRef<Step[]>
  pen: Pen
  value(field: string): unknown
  shown(field: string): readonly FieldProblem[]
  summary(fields: readonly string[]): FieldProblem[]
  /** Everything that still stands in the way of sending. */
  blocking(): FieldProblem[]
  /** An answer as people read it. */
  words(field: Field): string
}

const KEY: InjectionKey<DraftForm> = Symbol('draft form')

const asProblem = (error: unknown) => {
  throw problemOf(error)
}

const port: DraftPort = {
  open: (draft_id) => call('draft_open', { draft_id }).catch(asProblem),
  save: (request) => call('draft_save', request).catch(asProblem),
}

const scheduler: Scheduler = {
  frame(run) {
    // A hidden page has no frames; what was typed must be saved all the same.
    if (document.hidden) return scheduler.after(16, run)
    const id = requestAnimationFrame(run)
    return () => cancelAnimationFrame(id)
  },
  after(ms, run) {
    const id = window.setTimeout(run, ms)
    return () => window.clearTimeout(id)
  },
}

/** Binds a draft to the screens beneath this component, until it goes. */
export function provideDraft(draft: DraftView): DraftForm {
  const form = bind(new DraftController(draft, port, scheduler))
  provide(KEY, form)
  return form
}

/** The draft of the screen this component stands on. */
export function useDraft(): DraftForm {
  const form = inject(KEY)
  if (!form) throw new Error('no draft is open here')
  return form
}

function bind(controller: DraftController): DraftForm {
  const turn = shallowRef(0)
  const redraw = () => (turn.value += 1)
  const stopHearing = controller.subscribe(() => afterPress(redraw))
  const live = <T>(read: () => T): T => {
    void turn.value
    return read()
  }
  const view = computed(() => live(() => controller.view))
  const pen: Pen = {
    t: say,
    local,
    get schedules() {
      return view.value.schedules
    },
    get regions() {
      return view.value.regions
    },
    offered: (field) => view.value.state.fields[field]?.offered ?? [],
  }
  const exact = (problem: FieldProblem) => precise(problem, (id) => findField(controller.view.form, id), (field) => controller.value(field), pen)
  const stopListening = listen((event) => {
    if (opensAnew(event, controller.view, controller.busy)) void controller.reopen().catch(() => undefined)
  })
  // A correction does not follow, and most people's drafts do not: then the core says so in a moment.
  const askAccount = () => {
    if (controller.view.correction || controller.view.frozen) return
    void call('draft_account', { draft_id: controller.view.id }).then((account) => controller.setAccount(account), () => undefined)
  }
  const stopAsking = listen((event) => event.kind === 'devices_changed' && askAccount())
  askAccount()
  const flush = () => void controller.flush()
  window.addEventListener('pagehide', flush)
  watch(() => app.value.online, (online) => controller.setOnline(online), { immediate: true })
  onScopeDispose(() => {
    stopHearing()
    stopListening()
    stopAsking()
    window.removeEventListener('pagehide', flush)
    controller.close()
  })
  return {
    controller,
    view,
    pen,
    saveLine: computed(() => live(() => controller.saveLine)),
    steps: computed(() => live(() => controller.steps(senior.value))),
    value: (field) => live(() => controller.value(field)),
    shown: (field) => live(() => controller.shown(field).map(exact)),
    blocking: () => live(() => controller.blocking().map(exact)),
    summary: (fields) => live(() => controller.summary(fields).map(exact)),
    words: (field) => live(() => writeAnswer(field, controller.value(field.id), pen)),
  }
}
