import type { CatalogueView } from '@/bindings/CatalogueView'
import type { LocalText } from '@/bindings/LocalText'

/** Ways through the catalogue. */
export type Way = 'theme' | 'event' | 'department'

/** Something to choose on a way, with how many services it leads to. */
export interface Choice {
  id: string
  name: LocalText
  count: number
  icon?: string
}

/** What can be chosen on each way; what leads to nothing is not offered. */
export function waysOf(view: CatalogueView): Record<Way, Choice[]> {
  const offered = (choices: Choice[]) => choices.filter((one) => one.count > 0)
  return {
    theme: offered(view.themes.map(({ theme, count }) => ({ id: theme.id, name: theme.name, icon: theme.icon, count }))),
    event: offered(view.events),
    department: offered(view.departments),
  }
}
