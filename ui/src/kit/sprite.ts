import markup from 'virtual:sprite'

/** Puts the sprite into the page once; icons refer to its symbols. */
export function mountSprite(): void {
  const parsed = new DOMParser().parseFromString(markup, 'image/svg+xml').documentElement
  parsed.setAttribute('aria-hidden', 'true')
  parsed.setAttribute('class', 'sprite')
  document.body.prepend(document.importNode(parsed, true))
}
