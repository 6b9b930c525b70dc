import { describe, expect, it } from 'vitest'
import { cleanCode, cleanPhone, groupCode } from './clean'
import { isDay, joinDate, pastedDate, splitDate, wrongPart } from './dates'
import { editDecimal, parseDecimal, readDecimal } from './decimal'

describe('money and numbers', () => {
  it.each([
    ['1800', 180000],
    ['1,800.5', 180050],
    ['１８００．０１', 180001],
    ['¥ 1 800.10 元', 180010],
    ['0.1', 10],
    ['0.29', 29],
    ['1.100', 110],
    ['-3', -300],
    ['1.', 100],
  ])('%s yuan is exact fen', (text, fen) => expect(parseDecimal(text, 2)).toBe(fen))

  it.each(['', 'abc', '1.234', '1.2.3', '--1', '.5', '12345678901234567'])('%s is not money', (text) =>
    expect(parseDecimal(text, 2)).toBeNull(),
  )

  it('survives every fen amount back and forth', () => {
    for (let fen = 0; fen < 5000; fen += 1) expect(parseDecimal(editDecimal(fen, 2), 2)).toBe(fen)
  })

  it('writes for reading and for editing', () => {
    expect(readDecimal(123456789, 2)).toBe('1,234,567.89')
    expect(readDecimal(450000, 2)).toBe('4,500')
    expect(editDecimal(180050, 2)).toBe('1800.50')
    expect(readDecimal(-5, 2)).toBe('-0.05')
    expect(readDecimal(12, 0)).toBe('12')
  })
})

describe('days', () => {
  it('makes a stored day from boxes, with full-width digits and signs', () => {
    expect(joinDate({ year: '2026', month: '3', day: '1' })).toBe('2026-03-01')
    expect(joinDate({ year: '２０２６年', month: '3月', day: '1日' })).toBe('2026-03-01')
    expect(joinDate({ year: '', month: '', day: '' })).toBeNull()
  })

  it('keeps a half-typed day as typed', () => {
    const half = joinDate({ year: '2026', month: '3', day: '' })
    expect(half).toBe('2026-3-')
    expect(splitDate(half)).toEqual({ year: '2026', month: '3', day: '' })
    expect(isDay(half)).toBe(false)
  })

  it('names the box that is missing or cannot be', () => {
    expect(wrongPart({ year: '2026', month: '3', day: '' })).toEqual({ part: 'day', missing: true })
    expect(wrongPart({ year: '2026', month: '13', day: '1' })).toEqual({ part: 'month', missing: false })
    expect(wrongPart({ year: '2026', month: '2', day: '29' })).toEqual({ part: 'day', missing: false })
    expect(wrongPart({ year: '2028', month: '2', day: '29' })).toBeNull()
    expect(wrongPart({ year: '26', month: '2', day: '1' })).toEqual({ part: 'year', missing: false })
  })

  it('reads a pasted day', () => {
    expect(pastedDate('2026年3月1日')).toEqual({ year: '2026', month: '3', day: '1' })
    expect(pastedDate('20260301')).toEqual({ year: '2026', month: '3', day: '1' })
    expect(pastedDate('明天')).toBeNull()
  })
})

describe('codes', () => {
  it('cleans what people paste', () => {
    expect(cleanCode(' 4101 0519-900307 123x\u200b')).toBe('41010519900307123X')
    expect(cleanPhone('+86 138-0000-0001')).toBe('13800000001')
    expect(cleanPhone('138 0000 0001')).toBe('13800000001')
  })

  it('groups for reading', () => {
    expect(groupCode('6217001234567890123', [4])).toBe('6217 0012 3456 7890 123')
    expect(groupCode('41010519900307123X', [6, 8, 4])).toBe('410105 19900307 123X')
    expect(groupCode('', [4])).toBe('')
  })
})
