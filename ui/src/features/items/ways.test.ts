import { expect, test } from 'vitest'
import type { CatalogueView } from '@/bindings/CatalogueView'
import { waysOf } from './ways'

const name = { zh: 'n', en: 'n' }
const view: CatalogueView = {
  themes: [{ theme: { id: 'housing', name, icon: 'house' }, count: 2 }, { theme: { id: 'law', name, icon: 'scale' }, count: 0 }],
  events: [{ id: 'birth', name, icon: 'baby', count: 7 }],
  departments: [{ id: 'tax', name, count: 1 }],
  for_people: 2, for_businesses: 1, used: [], items: [],
}

test('every way offers what leads to something', () => {
  const ways = waysOf(view)
  expect(ways.theme.map((one) => one.id)).toEqual(['housing'])
  expect(ways.event.map((one) => one.count)).toEqual([7])
  expect(ways.department.map((one) => one.id)).toEqual(['tax'])
})
