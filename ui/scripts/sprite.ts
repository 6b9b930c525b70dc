import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const ID = 'virtual:sprite'
const listPath = fileURLToPath(new URL('../src/kit/icons.json', import.meta.url))
const iconsDir = fileURLToPath(new URL('../node_modules/lucide-static/icons/', import.meta.url))

function symbol(name: string): string {
  const svg = readFileSync(`${iconsDir}${name}.svg`, 'utf8')
  const body = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'))
  return `<symbol id="i-${name}" viewBox="0 0 24 24">${body.replace(/\s+/g, ' ').replace(/ \/>/g, '/>').trim()}</symbol>`
}

/** Builds one sprite out of the icons that are really used. */
export function sprite(): Plugin {
  return {
    name: 'haoban-sprite',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return undefined
      this.addWatchFile(listPath)
      const names = JSON.parse(readFileSync(listPath, 'utf8')) as string[]
      const markup = `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join('')}</svg>`
      return `export default ${JSON.stringify(markup)}`
    },
  }
}
