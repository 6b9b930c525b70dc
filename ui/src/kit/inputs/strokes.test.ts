import { describe, expect, it } from 'vitest'
import { pathOf, readStrokes } from './strokes'

describe('strokes', () => {
  it('reads what was drawn and nothing else', () => {
    expect(readStrokes({ strokes: [[1, 2, 3, 4], 'x', [5]] })).toEqual([[1, 2, 3, 4]])
    expect(readStrokes({ name: '林知夏' })).toEqual([])
    expect(readStrokes(null)).toEqual([])
  })

  it('leaves out what is no number of the square', () => {
    for (const stroke of [['"/><script>', 1], [1, 2, 3], [1, 2000], [-1, 2], [0.5, 2], [Number.NaN, 2], [1, Infinity]]) {
      expect(readStrokes({ strokes: [stroke] })).toEqual([])
    }
  })

  it('draws no more than the core takes', () => {
    expect(readStrokes({ strokes: Array.from({ length: 61 }, () => [1, 2]) })).toEqual([])
    expect(readStrokes({ strokes: [Array.from({ length: 8002 }, () => 1)] })).toEqual([])
  })

  it('draws lines, and a dot for one point', () => {
    expect(pathOf([[1, 2, 3, 4], [5, 6]])).toBe('M1 2L3 4M5 6h0')
    expect(pathOf([])).toBe('')
  })
})
