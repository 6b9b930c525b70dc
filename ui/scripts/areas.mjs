/** Message areas: one file each per language. The typed index files are written from this list. */
import { readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What the home page and the frame around every page say; the rest comes while the home page is being read. */
const FIRST = ['core', 'form', 'home', 'kit', 'problem']

const i18n = fileURLToPath(new URL('../src/core/i18n/', import.meta.url))
const areas = readdirSync(`${i18n}zh-CN`).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5)).sort()

for (const language of ['zh-CN', 'en']) {
  for (const [name, wanted] of [['first', true], ['rest', false]]) {
    const part = areas.filter((area) => FIRST.includes(area) === wanted)
    const imports = part.map((area) => `import ${area} from './${area}.json'`).join('\n')
    writeFileSync(`${i18n}${language}/${name}.ts`, `${imports}\n\nexport default { ${part.join(', ')} }\n`)
  }
}
writeFileSync(
  `${i18n}areas.ts`,
  "import type first from './zh-CN/first'\nimport type rest from './zh-CN/rest'\n\n/** Areas and their keys, taken from the source language. */\nexport type Areas = typeof first & typeof rest\n",
)
