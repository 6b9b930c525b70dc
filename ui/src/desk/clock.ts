import type { CaseClock } from '@/bindings/CaseClock'
import type { DeskRow } from '@/bindings/DeskRow'
import { t } from './words'

/** How urgent: decides icon and colour, never colour alone. */
export type Urgency = 'over' | 'today' | 'last' | 'calm' | 'paused'

/** What a clock needs to be shown. */
export interface ClockLike {
  left_days: number
  promised_days: number
  paused: boolean
  unit: 'working_day' | 'calendar_day'
}

/** Urgency of a clock. */
export function urgency(clock: ClockLike): Urgency {
  if (clock.paused) return 'paused'
  if (clock.left_days < 0) return 'over'
  if (clock.left_days === 0) return 'today'
  return clock.left_days === 1 ? 'last' : 'calm'
}

/** The clock in words, with its unit. */
export function clockWords(clock: ClockLike): string {
  const days = Math.abs(clock.left_days)
  const unit = t(clock.unit === 'working_day' ? 'unit_working' : 'unit_calendar', { count: days })
  switch (urgency(clock)) {
    case 'paused':
      return t('clock_paused')
    case 'over':
      return t('clock_over', { days, unit })
    case 'today':
      return t('clock_today')
    default:
      return t('clock_left', { days, unit })
  }
}

/** Icon of an urgency. */
export function clockIcon(of: Urgency): string {
  return { over: 'circle-alert', today: 'alarm-clock', last: 'alarm-clock', calm: 'clock', paused: 'pause' }[of]
}

/** One pip per promised day: used, today's half, or left. More than ten become a bar elsewhere. */
export function pips(clock: ClockLike): ('used' | 'half' | 'left' | 'over' | 'paused')[] {
  const total = Math.min(Math.max(clock.promised_days, 1), 10)
  const used = Math.min(Math.max(clock.promised_days - clock.left_days, 0), total)
  const state = urgency(clock)
  return Array.from({ length: total }, (_, at) => {
    if (state === 'over') return 'over'
    if (state === 'paused') return at < used ? 'used' : 'paused'
    if (at < used) return 'used'
    return at === used ? 'half' : 'left'
  })
}

/** The clock of a case in the shape of a row's. */
export function ofCase(clock: CaseClock): ClockLike {
  return { left_days: clock.left_days, promised_days: clock.promised_days, paused: clock.paused, unit: clock.unit }
}

/** Bands of the queue in the order they stand. */
export const BANDS = ['over', 'today', 'week', 'later', 'paused'] as const

/** Band of a row. */
export function bandOf(row: DeskRow): (typeof BANDS)[number] {
  const state = urgency(row)
  if (state === 'over' || state === 'today' || state === 'paused') return state
  return row.left_days <= 5 ? 'week' : 'later'
}
