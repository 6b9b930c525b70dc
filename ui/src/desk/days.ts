import { language } from './words'

/** Due days are the city's, wherever the officer sits. */
const ZONE = 'Asia/Shanghai'

function written(value: Date, zone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language(), { ...options, timeZone: zone }).format(value)
}

const ofDay = (day: string) => new Date(`${day.slice(0, 10)}T00:00:00Z`)

/** A calendar day with its month. */
export function day(value: string): string {
  return written(ofDay(value), 'UTC', { month: language() === 'en' ? 'short' : 'long', day: 'numeric' })
}

/** A calendar day with its year. */
export function dayLong(value: string): string {
  return /^\d{4}-\d{2}-\d{2}/.test(value) ? written(ofDay(value), 'UTC', { year: 'numeric', month: 'long', day: 'numeric' }) : value
}

/** Weekday of a calendar day. */
export function weekday(value: string): string {
  return written(ofDay(value), 'UTC', { weekday: 'short' })
}

/** An instant: day and time in the city. */
export function moment(value: string): string {
  return written(new Date(value), ZONE, { month: language() === 'en' ? 'short' : 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
}

/** Fen as yuan: exact, since fen are integers and the division only places the point. */
export function yuan(fen: number): string {
  const sign = fen < 0 ? '-' : ''
  const whole = Math.trunc(Math.abs(fen) / 100)
  const rest = String(Math.abs(fen) % 100).padStart(2, '0')
  return `${sign}${whole.toLocaleString('en-US')}.${rest}`
}
