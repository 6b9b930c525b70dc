// What the city pack says that a test needs: valid answers of each service, and which departments work on it.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../ui/package.json', import.meta.url))
const { parse } = require('yaml')
const items = new URL('../../cities/zhengzhou/items/', import.meta.url)
const read = (path) => parse(readFileSync(new URL(path, items), 'utf8'))

const DAY = 86_400_000
/** The city's own day. */
export const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
/** A day so many days from another. */
export const daysFrom = (day, count) => new Date(Date.parse(day) + count * DAY).toISOString().slice(0, 10)

/** Fixtures speak of their own day; their answers are moved so that they mean the same on this one. A birthday stays. */
function moved(value, days) {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\d$/.test(value) ? daysFrom(value, days) : value
  if (Array.isArray(value)) return value.map((one) => moved(one, days))
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, key.includes('birth') ? one : moved(one, days)]))
  return value
}

/** The valid fixtures of a service by name, the plainest first. */
export function fixtures(item) {
  const names = readdirSync(new URL(`${item}/fixtures/`, items)).filter((name) => name.startsWith('valid')).sort()
  return names.map((name) => {
    const fixture = read(`${item}/fixtures/${name}`)
    const days = Math.round((Date.parse(today()) - Date.parse(fixture.today)) / DAY)
    return { name: name.replace('.yaml', ''), answers: moved(fixture.answers ?? {}, days), facts: moved(fixture.facts ?? {}, days) }
  })
}

const joints = new URL('../../cities/zhengzhou/joint/', import.meta.url)

/** A joint service as the pack defines it. */
export const joint = (code) => parse(readFileSync(new URL(`${code}.yaml`, joints), 'utf8'))
/** The name of a service, as residents read it. */
export const nameOf = (item) => read(`${item}/item.yaml`).guide.name.zh

/** What a grant brings: licences, documents, money. */
export const outputsOf = (item) => read(`${item}/workflow.yaml`).outputs ?? []

/** Departments with a step in a service. */
export function departmentsOf(item) {
  return [...new Set(read(`${item}/workflow.yaml`).steps.map((step) => step.department))]
}

/**
 * What to answer: the journey's own word first, then what the chosen fixture of the service says, then any other of
 * its valid fixtures; what is known or may stay empty is left. A part of a joint service is a service of its own; `chosen` names the fixture of each.
 */
export function answersFrom(items, own = {}, chosen = {}) {
  const sources = items.map((item) => {
    const all = fixtures(item)
    const first = all.find((one) => one.name === chosen[item])
    return { item, prefix: `${item.replaceAll('-', '_')}__`, all: first ? [first, ...all.filter((one) => one !== first)] : all }
  })
  return (field, view) => {
    if (own[field.id] !== undefined) return own[field.id]
    const joined = sources.filter((source) => field.id.startsWith(source.prefix))
    const id = joined.length > 0 ? field.id.slice(joined[0].prefix.length) : field.id
    if (own[id] !== undefined) return own[id]
    // Nobody fills what may stay empty, or changes what is filled in already.
    const state = view.state.fields[field.id]
    if (!state.required || state.value !== null) return undefined
    // What registers offer to this person differs from what they offered to the fixture's: anybody takes the first.
    if (field.kind === 'fact_choice' && state.offered.length > 0) return state.offered[0].value
    for (const source of joined.length > 0 ? [...joined, ...sources.filter((one) => one !== joined[0])] : sources) {
      for (const fixture of source.all) {
        if (fixture.answers[id] !== undefined && fixture.answers[id] !== null) return fixture.answers[id]
        if (field.prefill && fixture.facts[field.prefill] !== undefined && fixture.facts[field.prefill] !== null) return fixture.facts[field.prefill]
      }
    }
    return undefined
  }
}
