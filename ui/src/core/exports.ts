import { platform } from '@/platform'

/** Hands an export on. A browser downloads it and there is nothing to say; the window has put it somewhere, which is said. */
export function handOut(place: string): string {
  const address = platform().exportUrl(place)
  if (!address) return place
  const link = document.createElement('a')
  link.href = address
  link.download = ''
  link.click()
  return ''
}
