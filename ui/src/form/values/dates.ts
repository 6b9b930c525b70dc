/** Days as three boxes. The draft keeps half-typed days too, so that nothing is lost. */

import { halfWidth } from './clean'

/** What stands in the three boxes. */
export interface DateParts {
  year: string
  month: string
  day: string
}

/** One of the boxes. */
export type DatePart = keyof DateParts

export const DATE_PARTS: readonly DatePart[] = ['year', 'month', 'day']

/** Splits a stored value (`2026-03-01`, half-typed `2026-03-`, or nothing) into boxes, without leading zeros. */
export function splitDate(value: unknown): DateParts {
  if (typeof value !== 'string') return { year: '', month: '', day: '' }
  const [year = '', month = '', day = ''] = value.split('-')
  return { year, month: trimZero(month), day: trimZero(day) }
}

/** Joins boxes into the stored value: a whole day as `YYYY-MM-DD`, a half-typed one as typed, nothing as `null`. */
export function joinDate(parts: DateParts): string | null {
  const { year, month, day } = cleanParts(parts)
  if (!year && !month && !day) return null
  if (/^\d{4}$/.test(year) && /^\d{1,2}$/.test(month) && /^\d{1,2}$/.test(day)) {
    return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  }
  return `${year}-${month}-${day}`
}

/** Reads a day pasted as one text (`2026年3月1日`, `2026/3/1`, `20260301`) into boxes; `null` when it is none. */
export function pastedDate(text: string): DateParts | null {
  const clean = halfWidth(text).trim()
  const match = /^(\d{4})\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})\s*日?$/.exec(clean) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(clean)
  if (!match) return null
  return { year: match[1] ?? '', month: trimZero(match[2] ?? ''), day: trimZero(match[3] ?? '') }
}

/** Whether the stored value is a day of the calendar. */
export function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && wrongPart(splitDate(value)) === null
}

/** The first box that is empty or cannot be right, and why. `null` when the three make a day. */
export function wrongPart(parts: DateParts): { part: DatePart; missing: boolean } | null {
  const clean = cleanParts(parts)
  for (const part of DATE_PARTS) if (!clean[part]) return { part, missing: true }
  if (!/^\d{4}$/.test(clean.year)) return { part: 'year', missing: false }
  const month = Number(clean.month)
  if (!(month >= 1 && month <= 12)) return { part: 'month', missing: false }
  const day = Number(clean.day)
  if (!(day >= 1 && day <= daysIn(Number(clean.year), month))) return { part: 'day', missing: false }
  return null
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function cleanParts(parts: DateParts): DateParts {
  const clean = (text: string) => halfWidth(text).replace(/[\s年月日-]/g, '')
  return { year: clean(parts.year), month: clean(parts.month), day: clean(parts.day) }
}

function trimZero(text: string): string {
  return text.replace(/^0+(?=\d)/, '')
}
