import type { Appointment } from '@/bindings/Appointment'

/** The start as an instant: the city keeps one zone. */
export function startsAt(one: Appointment): number {
  return Date.parse(`${one.start}:00+08:00`)
}

/** Still to come. */
export function isAhead(one: Appointment, now: string): boolean {
  return (one.state === 'booked' || one.state === 'held') && startsAt(one) > Date.parse(now)
}

/** Whether it can still be changed or cancelled. */
export function mayChange(one: Appointment, now: string): boolean {
  return one.state === 'booked' && Date.parse(one.change_until) >= Date.parse(now)
}
