import type { Date as Day } from '@/bindings/Date'
import type { TimeLimit } from '@/bindings/TimeLimit'
import type { Timestamp } from '@/bindings/Timestamp'
import { language, t } from '@/core/i18n'

/** Due days and clocks are the city's, wherever the reader is. */
const ZONE = 'Asia/Shanghai'

const made = new Map<string, Intl.DateTimeFormat>()

function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language()} ${name}`
  let found = made.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(language(), options)
    made.set(key, found)
  }
  return found
}

/** A calendar day has no zone: it is written as it stands. */
function ofDay(day: Day): Date {
  return new Date(`${day}T00:00:00Z`)
}

/** The day, in the city, of an instant. */
export function dayOf(at: Timestamp | Date): Day {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(new Date(at))
  return parts.slice(0, 10)
}

/** Today in the city. */
export function today(): Day {
  return dayOf(new Date())
}

/** `11月25日`; the year only when it is not this one. */
export function day(value: Day): string {
  if (!value.startsWith(today().slice(0, 4))) return dayLong(value)
  return formatter('day', { month: language() === 'en' ? 'short' : 'long', day: 'numeric', timeZone: 'UTC' }).format(ofDay(value))
}

/** `2026年11月25日`. */
export function dayLong(value: Day): string {
  return formatter('long', { year: 'numeric', month: 'long', day: 'numeric', timeZone: 'UTC' }).format(ofDay(value))
}

/** `2038年5月`, where the day does not matter. */
export function month(value: Day): string {
  return formatter('month', { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(ofDay(value))
}

/** `周一`. */
export function weekday(value: Day): string {
  return formatter('weekday', { weekday: 'short', timeZone: 'UTC' }).format(ofDay(value))
}

/** `14:32`. */
export function clock(at: Timestamp): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: ZONE }).format(new Date(at))
}

/** `14:32` today, `11月21日 14:32` before. */
export function moment(at: Timestamp): string {
  const on = dayOf(at)
  return on === today() ? clock(at) : `${day(on)} ${clock(at)}`
}

/** `今天`, `昨天`, or the day. */
export function dayWord(value: Day): string {
  const apart = daysBetween(value, today())
  if (apart === 0) return t('core.today')
  if (apart === 1) return t('core.yesterday')
  return day(value)
}

/** Calendar days from one day to another. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((ofDay(to).getTime() - ofDay(from).getTime()) / 86_400_000)
}

/** Hour of the day in the city, for greetings. */
export function hourNow(): number {
  return Number(new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: ZONE }).format(new Date()))
}

/** Fen as yuan without a unit: `4,500`, `12.30`. */
export function yuan(fen: number): string {
  const whole = fen % 100 === 0
  return new Intl.NumberFormat(language(), { minimumFractionDigits: whole ? 0 : 2, maximumFractionDigits: 2 }).format(fen / 100)
}

/** Fen with its unit: `4,500 元`. */
export function money(fen: number): string {
  return t('core.yuan', { amount: yuan(fen) })
}

/** A number with separators. */
export function count(value: number): string {
  return new Intl.NumberFormat(language()).format(value)
}

/** Bytes in words: `1.1 MB`. */
export function bytes(value: number): string {
  if (value < 1024 * 1024) return t('core.kilobytes', { amount: Math.max(1, Math.round(value / 1024)) })
  return t('core.megabytes', { amount: (value / 1024 / 1024).toFixed(1) })
}

/** `工作日` or `天`; the two are never mixed. */
export function unitWord(unit: TimeLimit['unit'], days: number): string {
  return unit === 'working_day' ? t('core.working_days', { count: days }) : t('core.calendar_days', { count: days })
}

/** `3 工作日`, `当场`. */
export function limitWords(limit: TimeLimit): string {
  return limit.days === 0 ? t('core.on_the_spot') : `${limit.days} ${unitWord(limit.unit, limit.days)}`
}
