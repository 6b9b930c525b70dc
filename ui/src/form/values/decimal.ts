/** Exact decimal text ↔ integers in the smallest unit (fen, hundredths). No floating point anywhere. */

import { halfWidth } from './clean'

const GROUP = /[,\s\u00a0元¥￥]/g

/**
 * Reads what a person typed as an integer in units of `10^-decimals`.
 * Returns `null` when it is not a number or has more decimals than allowed.
 */
export function parseDecimal(text: string, decimals: number): number | null {
  const clean = halfWidth(text).replace(GROUP, '')
  const match = /^(-?)(\d{1,13})(?:\.(\d*))?$/.exec(clean)
  if (!match) return null
  const [, sign, whole, fraction = ''] = match
  if (fraction.length > decimals && /[1-9]/.test(fraction.slice(decimals))) return null
  const digits = whole + fraction.slice(0, decimals).padEnd(decimals, '0')
  const value = Number(digits)
  if (!Number.isSafeInteger(value)) return null
  return sign && value !== 0 ? -value : value
}

/** Writes an integer in units of `10^-decimals` for editing: no grouping, no needless zeros (`1500`, `1500.50`). */
export function editDecimal(value: number, decimals: number): string {
  const { sign, whole, fraction } = split(value, decimals)
  return sign + whole + (/^0*$/.test(fraction) ? '' : `.${fraction}`)
}

/** Writes an integer in units of `10^-decimals` for reading: grouped by thousands (`1,500`, `1,500.50`). */
export function readDecimal(value: number, decimals: number): string {
  const { sign, whole, fraction } = split(value, decimals)
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return sign + grouped + (/^0*$/.test(fraction) ? '' : `.${fraction}`)
}

function split(value: number, decimals: number): { sign: string; whole: string; fraction: string } {
  const digits = String(Math.abs(Math.trunc(value))).padStart(decimals + 1, '0')
  const cut = digits.length - decimals
  return { sign: value < 0 ? '-' : '', whole: digits.slice(0, cut), fraction: digits.slice(cut) }
}
