/** Cleans what is pasted or typed: full-width forms, spaces and dashes inside numbers. */

/** Full-width digits, letters, point and minus become the usual ones; full-width space becomes a space. */
export function halfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\u3000\u00a0]/g, ' ')
    .replace(/。/g, '.')
}

/** A number written with spaces, dashes or invisible marks, as a plain code in upper case. */
export function cleanCode(text: string): string {
  return halfWidth(text)
    .replace(/[\s\-–—_.·\u200b-\u200f\u202a-\u202e\ufeff]/g, '')
    .toUpperCase()
}

/** A Chinese mobile number: without `+86`, spaces and dashes. */
export function cleanPhone(text: string): string {
  const code = cleanCode(text).replace(/[()]/g, '')
  return code.replace(/^(?:\+?86|0086)(?=1\d{10}$)/, '')
}

/** Splits a code for reading, e.g. `[4]` → groups of four, `[6, 8, 4]` for an ID number. The last size repeats. */
export function groupCode(code: string, sizes: readonly number[]): string {
  const parts: string[] = []
  let at = 0
  for (let i = 0; at < code.length; i += 1) {
    const size = sizes[Math.min(i, sizes.length - 1)] ?? code.length
    parts.push(code.slice(at, at + size))
    at += size
  }
  return parts.join(' ')
}
