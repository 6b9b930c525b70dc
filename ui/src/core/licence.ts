import type { Licence } from '@/bindings/Licence'
import { daysBetween, month, today } from '@/core/format'
import { local, t } from '@/core/i18n'

/** Days from which an end of validity is worth a word. */
const SOON = 60

/** Days until a licence ends, when that is soon and it is still in force. */
export function endsSoon(licence: Licence): number | undefined {
  if (licence.status !== 'valid' || licence.valid_to === null) return undefined
  const left = daysBetween(today(), licence.valid_to)
  return left <= SOON ? left : undefined
}

/** Issuer and validity in one line. */
export function licenceNote(licence: Licence): string {
  const issuer = local(licence.issuer)
  if (licence.status === 'expired') return t('kit.licence_expired', { issuer })
  if (licence.status === 'revoked') return t('kit.licence_revoked', { issuer })
  if (licence.valid_to === null) return t('kit.licence_forever', { issuer })
  return t('kit.licence_until', { issuer, day: month(licence.valid_to) })
}
