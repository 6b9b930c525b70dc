import { describe, expect, it } from 'vitest'
import type { DraftSave } from '../bindings/DraftSave'
import type { DraftSaved } from '../bindings/DraftSaved'
import type { DraftView } from '../bindings/DraftView'
import { DraftController, RETRY_MS, SLOW_MS, type DraftPort, type Scheduler } from './controller'
import { draftWith, problem, stateWith } from './testing'

/** A clock the test turns by hand. */
class HandClock implements Scheduler {
  private frames: Array<() => void> = []
  private timers: Array<{ at: number; run: () => void }> = []
  private now = 0
  frame(run: () => void) {
    this.frames.push(run)
    return () => void (this.frames = this.frames.filter((f) => f !== run))
  }
  after(ms: number, run: () => void) {
    const timer = { at: this.now + ms, run }
    this.timers.push(timer)
    return () => void (this.timers = this.timers.filter((t) => t !== timer))
  }
  nextFrame() {
    const due = this.frames
    this.frames = []
    for (const run of due) run()
  }
  pass(ms: number) {
    this.now += ms
    const due = this.timers.filter((t) => t.at <= this.now)
    this.timers = this.timers.filter((t) => t.at > this.now)
    for (const timer of due) timer.run()
  }
}

/** A core whose answers the test gives when it likes. */
class HandPort implements DraftPort {
  saves: DraftSave[] = []
  opens = 0
  onOpen: () => DraftView = () => draftWith({})
  private waiting: Array<{ ok: (saved: DraftSaved) => void; no: (problem: unknown) => void }> = []
  open() {
    this.opens += 1
    return Promise.resolve(this.onOpen())
  }
  save(request: DraftSave) {
    this.saves.push(request)
    return new Promise<DraftSaved>((ok, no) => this.waiting.push({ ok, no }))
  }
  async accept(state = stateWith({})) {
    const request = this.saves[this.saves.length - 1]
    this.waiting.shift()?.ok({ revision: (request?.revision ?? 0) + 1, state, saved_at: '2026-11-23T06:32:00Z' })
    await settle()
  }
  async refuse(code: string) {
    this.waiting.shift()?.no({ code })
    await settle()
  }
}

const settle = async () => {
  for (let i = 0; i < 6; i += 1) await Promise.resolve()
}

function setUp(draft = draftWith({})) {
  const clock = new HandClock()
  const port = new HandPort()
  return { clock, port, form: new DraftController(draft, port, clock) }
}

describe('saving', () => {
  it('sends one change set a frame, the latest value of each field', () => {
    const { clock, port, form } = setUp()
    form.edit('rent', 1)
    form.edit('rent', 180000)
    form.edit('kind', 'market')
    expect(port.saves).toHaveLength(0)
    clock.nextFrame()
    expect(port.saves).toEqual([{ draft_id: 'drf_1', revision: 1, changes: { rent: 180000, kind: 'market' } }])
  })

  it('keeps one save in flight; the next waits and carries only what is newer', async () => {
    const { clock, port, form } = setUp()
    form.edit('rent', 1)
    clock.nextFrame()
    form.edit('rent', 2)
    form.edit('kind', 'market')
    clock.nextFrame()
    expect(port.saves).toHaveLength(1)
    await port.accept()
    clock.nextFrame()
    expect(port.saves[1]).toEqual({ draft_id: 'drf_1', revision: 2, changes: { rent: 2, kind: 'market' } })
  })

  it('shows what was typed before the core has answered, and clears with null', () => {
    const { clock, port, form } = setUp(draftWith({ answers: { rent: 5 } }))
    form.edit('rent', '')
    expect(form.value('rent')).toBeUndefined()
    clock.nextFrame()
    expect(port.saves[0]?.changes).toEqual({ rent: null })
    expect(form.value('rent')).toBeUndefined()
  })

  it('a reading that began before a save was acknowledged takes nothing back', async () => {
    const { clock, port, form } = setUp()
    let give: (view: DraftView) => void = () => undefined
    port.open = () => new Promise((resolve) => (give = resolve))
    const reading = form.reopen()
    form.edit('rent', 180000)
    clock.nextFrame()
    await port.accept()
    give(draftWith({ revision: 1 }))
    await reading
    expect(form.view.revision).toBe(2)
    expect(form.value('rent')).toBe(180000)
  })

  it('opens again on a revision conflict and puts the unsaved changes on top', async () => {
    const { clock, port, form } = setUp()
    port.onOpen = () => draftWith({ revision: 9, answers: { rent: 7, kind: 'public' } })
    form.edit('rent', 1)
    clock.nextFrame()
    form.edit('note', 'x')
    await port.refuse('revision_conflict')
    expect(port.opens).toBe(1)
    clock.nextFrame()
    expect(port.saves[1]).toEqual({ draft_id: 'drf_1', revision: 9, changes: { rent: 1, note: 'x' } })
    expect(form.value('kind')).toBe('public')
    expect(form.value('rent')).toBe(1)
  })

  it('gives up after three conflicts in a row instead of spinning', async () => {
    const { clock, port, form } = setUp()
    form.edit('rent', 1)
    clock.nextFrame()
    for (let i = 0; i < 4; i += 1) {
      await port.refuse('revision_conflict')
      clock.nextFrame()
    }
    expect(port.saves).toHaveLength(4)
    expect(form.saveLine).toEqual({ kind: 'failed', code: 'revision_conflict' })
  })

  it('loses nothing on failure and tries again later', async () => {
    const { clock, port, form } = setUp()
    form.edit('rent', 1)
    clock.nextFrame()
    form.edit('rent', 2)
    await port.refuse('disk_full')
    expect(form.value('rent')).toBe(2)
    expect(form.saveLine).toEqual({ kind: 'failed', code: 'disk_full' })
    clock.pass(RETRY_MS)
    expect(port.saves[1]?.changes).toEqual({ rent: 2 })
    await port.accept()
    expect(form.saveLine.kind).toBe('saved')
  })

  it('does not step back when a later draft came by another command', async () => {
    const { clock, port, form } = setUp()
    form.edit('rent', 1)
    clock.nextFrame()
    form.adopt(draftWith({ revision: 5, answers: { rent: 1 } }))
    await port.accept()
    expect(form.view.revision).toBe(5)
  })

  it('flush answers only when everything typed is on the disk', async () => {
    const { port, form } = setUp()
    let done: boolean | null = null
    form.edit('rent', 1)
    void form.flush().then((ok) => (done = ok))
    form.edit('kind', 'market')
    await port.accept()
    expect(done).toBeNull()
    expect(port.saves).toHaveLength(2)
    await port.accept()
    expect(done).toBe(true)
  })

  it('refuses edits of a frozen draft', () => {
    const { clock, port, form } = setUp(draftWith({ frozen: true }))
    form.edit('rent', 1)
    clock.nextFrame()
    expect(port.saves).toHaveLength(0)
  })
})

describe('the save line', () => {
  it('says nothing of saving before a second has passed', async () => {
    const { clock, port, form } = setUp()
    expect(form.saveLine.kind).toBe('fresh')
    form.edit('rent', 1)
    clock.nextFrame()
    clock.pass(SLOW_MS - 1)
    expect(form.saveLine.kind).toBe('fresh')
    clock.pass(1)
    expect(form.saveLine.kind).toBe('saving')
    await port.accept()
    expect(form.saveLine).toEqual({ kind: 'saved', at: '2026-11-23T06:32:00Z' })
    form.setOnline(false)
    expect(form.saveLine.kind).toBe('offline')
  })

  it('names the account only while just this content is there', async () => {
    const { clock, port, form } = setUp()
    form.edit('rent', 1)
    clock.nextFrame()
    await port.accept()
    const revision = form.view.revision
    form.setAccount({ revision: revision - 1, at: '2026-11-23T06:30:00Z' })
    expect(form.saveLine.kind).toBe('saved')
    form.setAccount({ revision, at: '2026-11-23T06:39:00Z' })
    expect(form.saveLine).toEqual({ kind: 'account', at: '2026-11-23T06:39:00Z' })
    form.edit('rent', 2)
    expect(form.saveLine.kind).toBe('saved')
    clock.nextFrame()
    await port.accept()
    expect(form.saveLine.kind).toBe('saved')
    form.setAccount({ revision: form.view.revision, at: null })
    expect(form.saveLine.kind).toBe('saved')
  })
})

describe('problems', () => {
  const missing = stateWith({ rent: { problems: [problem('rent', 'required')] } })
  const tooMuch = stateWith({ rent: { value: 9, problems: [problem('rent', 'too_much')] } })
  const late = stateWith({ rent: { value: 9, problems: [problem('rent', 'other_rule')] } })

  it('stay hidden while typing and show on leaving', async () => {
    const { clock, port, form } = setUp()
    form.enter('rent')
    form.edit('rent', 9)
    clock.nextFrame()
    await port.accept(tooMuch)
    expect(form.shown('rent')).toHaveLength(0)
    await form.leave('rent')
    expect(form.shown('rent').map((p) => p.rule)).toEqual(['too_much'])
  })

  it('are judged on what was typed last, not on what was saved before it', async () => {
    const { port, form } = setUp(draftWith({ state: tooMuch }))
    form.enter('rent')
    form.edit('rent', 1)
    const left = form.leave('rent')
    expect(form.shown('rent')).toHaveLength(0)
    await port.accept(stateWith({ rent: { value: 1, problems: [] } }))
    await left
    expect(form.shown('rent')).toHaveLength(0)
  })

  it('wait while the person is back in the field before it was saved', async () => {
    const { port, form } = setUp()
    form.enter('rent')
    form.edit('rent', 9)
    const left = form.leave('rent')
    form.enter('rent')
    await port.accept(tooMuch)
    await left
    expect(form.shown('rent')).toHaveLength(0)
    await form.leave('rent')
    expect(form.shown('rent').map((p) => p.rule)).toEqual(['too_much'])
  })

  it('do not nag about an empty field that was only passed', async () => {
    const { form } = setUp(draftWith({ state: missing }))
    form.enter('rent')
    await form.leave('rent')
    expect(form.shown('rent')).toHaveLength(0)
  })

  it('show everything on continue, in page order, and block', async () => {
    const { form } = setUp(draftWith({ state: missing }))
    const stopped = await form.ask(['rent', 'kind'])
    expect(stopped?.map((p) => p.rule)).toEqual(['required'])
    expect(form.summary(['rent', 'kind'])).toHaveLength(1)
  })

  it('stay with the same words until settled, even when another rule fails meanwhile', async () => {
    const { clock, port, form } = setUp(draftWith({ state: tooMuch }))
    await form.ask(['rent'])
    form.enter('rent')
    form.edit('rent', 99)
    clock.nextFrame()
    await port.accept(late)
    expect(form.shown('rent').map((p) => p.rule)).toEqual(['too_much'])
    await form.leave('rent')
    expect(form.shown('rent').map((p) => p.rule)).toEqual(['other_rule'])
  })

  it('go at once when settled, without touching the others', async () => {
    const both = stateWith({
      rent: { problems: [problem('rent', 'required')] },
      kind: { problems: [problem('kind', 'required')] },
    })
    const { clock, port, form } = setUp(draftWith({ state: both }))
    await form.ask(['rent', 'kind'])
    form.enter('rent')
    form.edit('rent', 9)
    clock.nextFrame()
    await port.accept(stateWith({ kind: { problems: [problem('kind', 'required')] } }))
    expect(form.shown('rent')).toHaveLength(0)
    expect(form.shown('kind')).toHaveLength(1)
  })

  it('warnings show and do not block', async () => {
    const warned = stateWith({ rent: { value: 9, problems: [{ ...problem('rent', 'luhn'), warning: true }] } })
    const { form } = setUp(draftWith({ state: warned }))
    expect(await form.ask(['rent'])).toEqual([])
    expect(form.shown('rent')).toHaveLength(1)
  })

  it('continue says so when the save failed', async () => {
    const { port, form } = setUp()
    form.edit('rent', 1)
    const asked = form.ask(['rent'])
    await port.refuse('store_failed')
    expect(await asked).toBeNull()
  })
})
