import type { CaseClock } from '@/bindings/CaseClock'
import { day } from '@/core/format'
import { t } from '@/core/i18n'

/** What the clock means, in one sentence with its day. */
export function clockWords(clock: CaseClock): string {
  if (clock.kind === 'publicity' || clock.kind === 'payment') return t(`cases.clock_${clock.kind}`, { day: day(clock.due) })
  if (clock.left_days < 0) return t('cases.clock_over', { day: day(clock.due) })
  return t(`cases.clock_${clock.kind}`, { day: day(clock.due) })
}
