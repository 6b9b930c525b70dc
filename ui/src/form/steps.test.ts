import { describe, expect, it } from 'vitest'
import { anchorOf } from './problems'
import { minutesLeft, resumeStep, stepIndex, stepOfField, stepsOf } from './steps'
import { draftWith, problem, stateWith } from './testing'

describe('steps', () => {
  it('are the pages the core says apply, with their visible fields', () => {
    const hidden = draftWith({ state: stateWith({ kind: { visible: false } }) })
    expect(stepsOf(hidden, false).map((step) => [step.id, step.fields.map((f) => f.id)])).toEqual([
      ['money', ['rent']],
      ['other', ['note']],
    ])
  })

  it('ask one question a screen in senior mode; ids of both layouts find each other', () => {
    const steps = stepsOf(draftWith({}), true)
    expect(steps.map((step) => step.id)).toEqual(['money', 'money~kind', 'other'])
    expect(stepIndex(steps, 'money~kind')).toBe(1)
    expect(stepIndex(stepsOf(draftWith({}), false), 'money~kind')).toBe(0)
    expect(stepIndex(steps, 'gone')).toBe(-1)
  })

  it('go on where the work waits', () => {
    const state = { ...stateWith({ kind: { problems: [problem('kind', 'required')] } }), pages: [{ id: 'money', complete: false }, { id: 'other', complete: true }] }
    const steps = stepsOf(draftWith({ state }), true)
    expect(resumeStep(steps, 'other')?.id).toBe('money~kind')
    expect(stepOfField(steps, 'kind[1].name')?.id).toBe('money~kind')
  })

  it('never promise less than a minute', () => {
    expect(minutesLeft(1, stepsOf(draftWith({}), false), 1)).toBe(1)
  })
})

describe('anchors', () => {
  it('lead to the box of a part or of a list entry', () => {
    expect(anchorOf({ field: 'term', part: 'to' })).toBe('f-term-to')
    expect(anchorOf({ field: 'people[1].id_number', part: null })).toBe('f-people-1-id_number')
  })
})
