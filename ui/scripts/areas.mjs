/** Message areas: one file each per language. The typed index files are written from this list. */
import { readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const i18n = fileURLToPath(new URL('../src/core/i18n/', import.meta.url))
const areas = readdirSync(`${i18n}zh-CN`).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5)).sort()

for (const language of ['zh-CN', 'en']) {
  const imports = areas.map((area) => `import ${area} from './${area}.json'`).join('\n')
  writeFileSync(`${i18n}${language}/index.ts`, `${imports}\n\nexport default { ${areas.join(', ')} }\n`)
}
writeFileSync(`${i18n}areas.ts`, "import type catalogue from './zh-CN'\n\n/** Areas and their keys, taken from the source language. */\nexport type Areas = typeof catalogue\n")
