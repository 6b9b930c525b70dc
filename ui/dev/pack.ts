import { parse } from 'yaml'
import type { City } from '@/bindings/City'
import type { Department } from '@/bindings/Department'
import type { Guide } from '@/bindings/Guide'
import type { ItemRow } from '@/bindings/ItemRow'
import type { MaterialRule } from '@/bindings/MaterialRule'
import type { ProcessStep } from '@/bindings/ProcessStep'
import type { Workflow } from '@/bindings/Workflow'

const texts = import.meta.glob<string>('../../cities/zhengzhou/**/*.yaml', { eager: true, query: '?raw', import: 'default' })

/** A file of the demo city. */
export function readPack<T>(path: string): T {
  const text = texts[`../../cities/zhengzhou/${path}`]
  if (text === undefined) throw new Error(`no ${path} in the demo city`)
  return parse(text) as T
}

/** The demo city, read straight from its pack. */
export const city = readPack<City>('city.yaml')
const departments = readPack<Department[]>('departments.yaml')

export function departmentName(id: string) {
  return departments.find((one) => one.id === id)?.name ?? { zh: id, en: id }
}

export const codes = ['gjj-rent', 'residence-permit', 'deed-tax'] as const

/** The guide with what the whole city says, as the platform puts it together. */
export function guideOf(code: string): Guide {
  return { ...readPack<{ guide: Partial<Guide> }>('defaults.yaml').guide, ...readPack<{ guide: Guide }>(`items/${code}/item.yaml`).guide }
}

/** The office that carries a service out. */
export function organOf(code: string): Department | null {
  return departments.find((one) => one.id === guideOf(code).department) ?? null
}

/** What the offices do. */
export function processOf(code: string): ProcessStep[] {
  const { steps } = readPack<Workflow>(`items/${code}/workflow.yaml`)
  return steps.map((step) => ({ title: step.title, department: departmentName(step.department), role: step.role, days: step.days, standards: (step.checks ?? []).map((check) => check.words), output: step.role === 'decide' ? guideOf(code).result.name : null }))
}

export function materialsOf(code: string): MaterialRule[] {
  const found = readPack<MaterialRule[] | { materials: MaterialRule[] }>(`items/${code}/materials.yaml`)
  return Array.isArray(found) ? found : found.materials
}

export function itemRow(code: string): ItemRow {
  const guide = guideOf(code)
  return {
    code,
    name: guide.name,
    summary: guide.summary,
    plain: guide.plain,
    icon: guide.icon,
    department: departmentName(guide.department),
    online_depth: guide.online_depth,
    trips: guide.trips,
    handling: guide.handling,
    promised_limit: guide.promised_limit,
    fee: guide.fee.words,
  }
}
