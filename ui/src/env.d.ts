/// <reference types="vite/client" />

/** The sprite's symbols, built from the icon list by `scripts/sprite.ts`. */
declare module 'virtual:sprite' {
  const markup: string
  export default markup
}
