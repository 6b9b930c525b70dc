/** Drawn signatures: lists of `x, y, x, y, …` on a square of 1,000. */

/** The strokes of an answer; what is no stroke is left out. */
export function readStrokes(value: unknown): number[][] {
  const given = (typeof value === 'object' && value !== null ? (value as { strokes?: unknown }).strokes : undefined) ?? []
  if (!Array.isArray(given)) return []
  return given.filter((stroke): stroke is number[] => Array.isArray(stroke) && stroke.length > 1 && stroke.every((n) => typeof n === 'number'))
}

/** A stroke as the `points` of a polyline. One point becomes a dot. */
export function outline(stroke: readonly number[]): string {
  const pairs: string[] = []
  for (let at = 0; at + 1 < stroke.length; at += 2) pairs.push(`${stroke[at] ?? 0},${stroke[at + 1] ?? 0}`)
  const only = pairs.length === 1 ? pairs[0] : undefined
  return only === undefined ? pairs.join(' ') : `${only} ${only}`
}
