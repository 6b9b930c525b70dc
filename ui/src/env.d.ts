/// <reference types="vite/client" />

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent
  export default component
}

/** The sprite's symbols, built from the icon list by `scripts/sprite.ts`. */
declare module 'virtual:sprite' {
  const markup: string
  export default markup
}
