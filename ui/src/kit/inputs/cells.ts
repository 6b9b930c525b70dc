/** The grid of a district: rows a–c from north to south, columns 1–3 from west to east. */

export const CELLS = ['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3'] as const

/** One square by its name. */
export type Cell = (typeof CELLS)[number]

/** Whether a text names a square. */
export function isCell(text: unknown): text is Cell {
  return CELLS.some((cell) => cell === text)
}

/** Where a square lies, counted from the north-west; nothing for what is none. */
export function cellOf(text: unknown): { row: number; column: number } | undefined {
  if (!isCell(text)) return undefined
  const at = CELLS.indexOf(text)
  return { row: Math.floor(at / 3), column: at % 3 }
}
