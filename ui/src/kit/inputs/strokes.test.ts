import { describe, expect, it } from 'vitest'
import { outline, readStrokes } from './strokes'

describe('strokes', () => {
  it('reads what was drawn and nothing else', () => {
    expect(readStrokes({ strokes: [[1, 2, 3, 4], 'x', [5]] })).toEqual([[1, 2, 3, 4]])
    expect(readStrokes({ name: '林知夏' })).toEqual([])
    expect(readStrokes(null)).toEqual([])
  })

  it('draws lines, and a dot for one point', () => {
    expect(outline([1, 2, 3, 4])).toBe('1,2 3,4')
    expect(outline([1, 2])).toBe('1,2 1,2')
  })
})
