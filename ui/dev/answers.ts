import type { Commands } from '@/bindings/commands'

/** What the fixture host answers; each part of the app adds its own. */
export type Answers = { [C in keyof Commands]?: (request: Commands[C]['request']) => Commands[C]['response'] }

const parts = import.meta.glob<{ default: Answers }>('./fixtures/*.ts', { eager: true })

export const answers: Answers = Object.assign({}, ...Object.values(parts).map((part) => part.default)) as Answers
