/** Says something to screen readers without moving anything. */
export function announce(words: string): void {
  const region = document.getElementById('announcer')
  if (!region) return
  region.textContent = ''
  // Readers notice a change, not the same words twice: clear first, fill in the next task.
  window.setTimeout(() => {
    region.textContent = words
  }, 50)
}
