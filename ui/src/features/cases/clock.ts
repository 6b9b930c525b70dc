import type { CaseClock } from '@/bindings/CaseClock'
import { day, unitWord } from '@/core/format'
import { t } from '@/core/i18n'

/** What the clock means, in one sentence with its day. */
export function clockWords(clock: CaseClock): string {
  if (clock.kind === 'publicity' || clock.kind === 'payment') return t(`cases.clock_${clock.kind}`, { day: day(clock.due) })
  // A day that moves on with every day that stands still is no promise.
  if (clock.paused && clock.kind !== 'correction') return t('cases.clock_paused')
  if (clock.left_days < 0) return t('cases.clock_over', { day: day(clock.due) })
  return t(`cases.clock_${clock.kind}`, { day: day(clock.due) })
}

/** How much of the promise is used, or why nothing is being used now. */
export function usedWords(clock: CaseClock): string {
  const used = `${clock.used_days} ${unitWord(clock.unit, clock.used_days)}`
  if (clock.paused) return t(clock.waits_for === 'applicant' ? 'cases.paused' : 'cases.paused_office', { used })
  return t('cases.used', { used, promised: `${clock.promised_days} ${unitWord(clock.unit, clock.promised_days)}` })
}
