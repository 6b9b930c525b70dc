import { expect, test } from 'vitest'
import type { PlanPart } from '@/bindings/PlanPart'
import { groupsOf, leaving, mayLeaveOut, partOfPage, stuckOf } from './plan'

const words = { zh: '字', en: 'words' }

function part(item: string, more: Partial<PlanPart> = {}): PlanPart {
  return {
    item,
    name: words,
    icon: 'store',
    department: words,
    needed: true,
    left_out: false,
    stuck: [],
    always: false,
    because: words,
    promised_limit: { days: 1, unit: 'working_day' },
    after: [],
    optional: false,
    blocked: [],
    trips: 0,
    ...more,
  }
}

test('what is left out stands apart from what is not needed', () => {
  const groups = groupsOf([part('a', { needed: false, left_out: true }), part('b', { needed: false }), part('c', { always: true })])
  expect(groups.left.map((one) => one.item)).toEqual(['a'])
  expect(groups.not.map((one) => one.item)).toEqual(['b'])
  expect(groups.always.map((one) => one.item)).toEqual(['c'])
})

test('one more or one less is left out, and nothing is no answer', () => {
  expect(leaving(undefined, 'b', true)).toEqual(['b'])
  expect(leaving(['b'], 'a', true)).toEqual(['a', 'b'])
  expect(leaving(['a', 'b'], 'a', false)).toEqual(['b'])
  expect(leaving(['b'], 'b', false)).toBeNull()
})

test('only what is optional may be left out, and never the last one', () => {
  const optional = part('a', { optional: true })
  expect(mayLeaveOut(optional, [optional, part('b')])).toBe(true)
  expect(mayLeaveOut(optional, [optional, part('b', { needed: false })])).toBe(false)
  expect(mayLeaveOut(part('b'), [optional, part('b')])).toBe(false)
})

test('a page belongs to the part whose code its id begins with', () => {
  const parts = [part('food'), part('food-permit')]
  expect(partOfPage('food_permit__place', parts)?.item).toBe('food-permit')
  expect(partOfPage('place', parts)).toBeUndefined()
})

test('what stays out is told', () => {
  expect(stuckOf([part('a', { stuck: [words] }), part('b')]).map((one) => one.item)).toEqual(['a'])
})
