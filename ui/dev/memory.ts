import type { Platform } from '@/platform'
import { plainProblem, ProblemError } from '@/platform'
import type { Commands } from '@/bindings/commands'
import { answers } from './answers'

/** A host without a core, for looking at pages during development. Never part of a built page. */
export function memoryPlatform(): Platform {
  return {
    kind: 'memory',
    async call<C extends keyof Commands>(command: C, request: Commands[C]['request']): Promise<Commands[C]['response']> {
      const answer = answers[command] as ((request: Commands[C]['request']) => Commands[C]['response']) | undefined
      if (!answer) throw new ProblemError(plainProblem('not_supported'))
      return structuredClone(answer(request))
    },
    listen: () => () => undefined,
    uploadFiles: (files) => Promise.resolve(files.map((file) => `tok_${file.name}`)),
    thumbUrl: () => './favicon.svg',
    exportUrl: () => undefined,
  }
}
