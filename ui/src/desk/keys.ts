import { onBeforeUnmount, onMounted } from 'vue'

/** Single keys of one page. They sleep while a text box has the focus or a dialog is open, and never send anything by themselves. */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>): void {
  const heard = (event: KeyboardEvent) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return
    const at = event.target instanceof HTMLElement ? event.target : undefined
    const typing = at !== undefined && (at.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(at.tagName))
    const name = `${event.altKey ? 'Alt+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`
    if ((typing && !event.altKey) || document.querySelector('dialog[open]') !== null) return
    const pressedControl = at !== undefined && ['BUTTON', 'A', 'SUMMARY'].includes(at.tagName) && ['Enter', ' '].includes(event.key)
    const wanted = keys[name]
    if (wanted === undefined || pressedControl) return
    event.preventDefault()
    wanted(event)
  }
  onMounted(() => addEventListener('keydown', heard))
  onBeforeUnmount(() => removeEventListener('keydown', heard))
}
