import { shallowRef } from 'vue'

/** Where the officer is. The address keeps it, so that back and reload work. */
export type Place = { page: 'queue' } | { page: 'appointments' } | { page: 'case'; id: string } | { page: 'correct'; id: string }

function parse(hash: string): Place {
  const [, first, id, third] = hash.replace(/^#/, '').split('/')
  if (first === 'cases' && id !== undefined && id !== '') return third === 'correct' ? { page: 'correct', id } : { page: 'case', id }
  if (first === 'appointments') return { page: 'appointments' }
  return { page: 'queue' }
}

/** The place shown now. */
export const place = shallowRef<Place>(parse(location.hash))

addEventListener('hashchange', () => {
  place.value = parse(location.hash)
})

/** Goes somewhere. */
export function go(to: string): void {
  location.hash = to
}
