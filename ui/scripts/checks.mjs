/**
 * Checks that no type checker makes: message files, words of every problem, stray words in code,
 * contrast of the tokens, icons of the packs, and (when built) the size of the first page.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { contrastFindings } from './contrast.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const i18n = join(root, 'src/core/i18n')
let passed = 0
const failures = []

function check(name, findings) {
  if (findings.length === 0) passed += 1
  else failures.push(`${name}\n${findings.slice(0, 20).map((finding) => `    ${finding}`).join('\n')}`)
}

function files(folder, ends) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && ends.some((end) => entry.name.endsWith(end)))
    .map((entry) => join(entry.parentPath, entry.name))
}

const read = (path) => JSON.parse(readFileSync(path, 'utf8'))
const forms = (message) => (typeof message === 'string' ? [message] : Object.values(message))
const holes = (message) => [...new Set(forms(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1])))].sort().join()

function areas(language) {
  const folder = join(i18n, language)
  return Object.fromEntries(readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => [name.slice(0, -5), read(join(folder, name))]))
}

const zh = areas('zh-CN')
const en = areas('en')

function sameKeys() {
  const keys = (all) => Object.entries(all).flatMap(([area, messages]) => Object.keys(messages).map((key) => `${area}.${key}`))
  const [source, other] = [new Set(keys(zh)), new Set(keys(en))]
  return [...[...source].filter((key) => !other.has(key)).map((key) => `${key} is missing in en`), ...[...other].filter((key) => !source.has(key)).map((key) => `${key} is missing in zh-CN`)]
}

// A plural form may leave the number out ("1 day" as "tomorrow"); every other name must stand in both.
function sameHoles() {
  const without = (list) => list.split(',').filter((name) => name !== 'count').join()
  return Object.entries(zh).flatMap(([area, messages]) =>
    Object.entries(messages)
      .filter(([key, message]) => en[area]?.[key] !== undefined && without(holes(message)) !== without(holes(en[area][key])))
      .map(([key, message]) => `${area}.${key}: {${holes(message)}} and {${holes(en[area][key])}}`),
  )
}

function everyText(all, test, what) {
  return Object.entries(all).flatMap(([area, messages]) => Object.entries(messages).filter(([, message]) => forms(message).some(test)).map(([key]) => `${area}.${key} ${what}`))
}

function problemWords() {
  const codes = [...readFileSync(join(root, 'src/bindings/ProblemCode.ts'), 'utf8').matchAll(/"([a-z_]+)"/g)].map((found) => found[1])
  const missing = codes.flatMap((code) => [code, `${code}_remedy`]).filter((key) => !zh.problem?.[key] || !en.problem?.[key])
  return codes.length > 20 ? missing.map((key) => `problem.${key}`) : ['the list of codes could not be read']
}

/** Messages that are looked up by a key put together at run time are named by their beginning. */
function unusedKeys() {
  const code = files(join(root, 'src'), ['.vue', '.ts']).map((path) => readFileSync(path, 'utf8')).join('\n')
  const prefixes = [...code.matchAll(/[`']([a-z]+\.[a-z_]*)\$\{/g)].map((found) => found[1])
  return Object.entries(zh).flatMap(([area, messages]) =>
    Object.keys(messages).map((key) => `${area}.${key}`).filter((key) => !code.includes(key.replace(/_senior$/, '')) && !prefixes.some((prefix) => key.startsWith(prefix))),
  )
}

function strayWords() {
  const cjk = /[\u3400-\u9fff\uff01-\uff5e\u3001-\u3011]/
  // Comments and HTML comments may name a Chinese term; the bindings carry the contract's comments.
  const bare = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/<!--[\s\S]*?-->/g, '').replace(/(^|\s)\/\/.*$/gm, '')
  return files(join(root, 'src'), ['.vue', '.ts', '.css'])
    .filter((path) => !path.includes('/bindings/') && !path.endsWith('.test.ts'))
    // What residents may type (full-width digits, 年月日) is data of the input rules, not words of the page.
    .filter((path) => !path.includes('/form/values/'))
    .filter((path) => cjk.test(bare(readFileSync(path, 'utf8'))))
    .map((path) => relative(root, path))
}

function packIcons() {
  const known = new Set(read(join(root, 'src/kit/icons.json')))
  const cities = join(root, '../cities')
  if (!existsSync(cities)) return []
  const used = files(cities, ['.yaml']).flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/\bicon: ([a-z0-9-]+)/g)].map((found) => found[1]))
  const inCode = files(join(root, 'src'), ['.vue', '.ts']).flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/<(?:Icon|Duo)[^>]*\sname="([a-z0-9-]+)"/g)].map((found) => found[1]))
  return [...new Set([...used, ...inCode])].filter((name) => !known.has(name)).map((name) => `${name} is not in src/kit/icons.json`)
}

const gzipped = (names) => names.reduce((sum, name) => sum + gzipSync(readFileSync(join(root, 'dist', name)), { level: 9 }).length, 0)

/** What the home page loads in the source language, over the network, before it can be used. */
function firstPage() {
  const manifestPath = join(root, 'dist/.vite/manifest.json')
  if (!existsSync(manifestPath)) return []
  const manifest = read(manifestPath)
  const seen = new Set()
  const visit = (key) => {
    if (seen.has(key) || !manifest[key]) return
    seen.add(key)
    for (const next of manifest[key].imports ?? []) visit(next)
  }
  for (const start of ['index.html', 'src/features/home/HomePage.vue', 'src/core/i18n/zh-CN/first.ts', 'src/platform/http.ts', 'src/platform/tauri.ts']) visit(start)
  const chunks = [...seen].map((key) => manifest[key])
  const scripts = [...new Set(chunks.map((chunk) => chunk.file).filter((name) => name.endsWith('.js')))]
  // The pictures of the services grow with the city, the program does not: each has a budget of its own.
  const pictures = scripts.filter((name) => /(^|\/)sprite-/.test(name))
  const js = gzipped(scripts.filter((name) => !pictures.includes(name)))
  const icons = gzipped(pictures)
  const css = gzipped([...new Set(chunks.flatMap((chunk) => chunk.css ?? []))])
  console.log(`first page: ${(js / 1024).toFixed(1)} kB JS, ${(icons / 1024).toFixed(1)} kB icons, ${(css / 1024).toFixed(1)} kB CSS (gzip)`)
  return [js > 75 * 1024 && `JS ${js} > 75 kB`, (icons === 0 || icons > 12 * 1024) && `icons ${icons} are not within 12 kB`, css > 18 * 1024 && `CSS ${css} > 18 kB`].filter(Boolean)
}

const latinStop = (text) => /[\u4e00-\u9fff][,;!?]/.test(text)
check('both languages have the same messages', sameKeys())
check('both languages fill in the same names', sameHoles())
check('no message is empty', [...everyText(zh, (text) => text.trim() === '', 'is empty'), ...everyText(en, (text) => text.trim() === '', 'is empty in en')])
check('Chinese uses full-width punctuation', everyText(zh, latinStop, 'has a half-width mark'))
check('every problem has a sentence and a remedy', problemWords())
check('every message is used', unusedKeys())
check('no words outside the message files', strayWords())
check('every icon is in the sprite', packIcons())
check('the tokens keep their contrast', contrastFindings(readFileSync(join(root, 'src/styles/tokens.css'), 'utf8')))
check('the first page is small', firstPage())

for (const failure of failures) console.error(`failed: ${failure}`)
console.log(`${passed} passed, ${failures.length} failed`)
process.exit(failures.length === 0 ? 0 : 1)
