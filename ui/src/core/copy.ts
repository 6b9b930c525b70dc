/** Puts words on the clipboard. False where the system refuses; then the words can be selected by hand. */
export async function copy(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words)
    return true
  } catch {
    return false
  }
}
