/** Drawn signatures: lists of `x, y, x, y, …` on a square of 1,000. */

/** Strokes lie on a square of this size; the pad is this high. */
export const SIDE = 1000
export const PAD_HEIGHT = 400
/** The core takes no more strokes and points; whatever comes with more is not drawn. */
const MOST_STROKES = 60
const MOST_POINTS = 4000

/** The strokes of an answer, by the same rules as the core: whole numbers on the square, in pairs. What is no stroke is left out. */
export function readStrokes(value: unknown): number[][] {
  const given = (typeof value === 'object' && value !== null ? (value as { strokes?: unknown }).strokes : undefined) ?? []
  if (!Array.isArray(given) || given.length > MOST_STROKES) return []
  const strokes = given.filter(isStroke)
  return strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0) > MOST_POINTS ? [] : strokes
}

function isStroke(stroke: unknown): stroke is number[] {
  const inside = (n: unknown) => typeof n === 'number' && Number.isInteger(n) && n >= 0 && n <= SIDE
  return Array.isArray(stroke) && stroke.length > 1 && stroke.length % 2 === 0 && stroke.every(inside)
}

/** Strokes as the data of one path. One point becomes a dot. */
export function pathOf(strokes: readonly (readonly number[])[]): string {
  return strokes.map(lineOf).join('')
}

function lineOf(stroke: readonly number[]): string {
  const points: string[] = []
  for (let at = 0; at + 1 < stroke.length; at += 2) points.push(`${stroke[at] ?? 0} ${stroke[at + 1] ?? 0}`)
  return points.length === 1 ? `M${points[0] ?? ''}h0` : `M${points.join('L')}`
}
