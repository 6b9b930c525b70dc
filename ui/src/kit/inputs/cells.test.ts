import { expect, test } from 'vitest'
import { cellOf } from './cells'

test('a square lies where its name says, and other texts are none', () => {
  expect(cellOf('a1')).toEqual({ row: 0, column: 0 })
  expect(cellOf('b3')).toEqual({ row: 1, column: 2 })
  expect(cellOf('c2')).toEqual({ row: 2, column: 1 })
  for (const text of ['d1', 'a4', '', 'a1 ', undefined, 3]) expect(cellOf(text)).toBeUndefined()
})
