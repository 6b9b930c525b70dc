import { invoke } from '@tauri-apps/api/core'
import { listen as listenTo } from '@tauri-apps/api/event'
import type { ClientEvent } from '@/bindings/ClientEvent'
import { plainProblem, ProblemError, problemOf } from './types'
import type { Platform } from './types'

/** The window's host: commands by IPC, thumbnails by a scheme of their own. */
export function tauriPlatform(): Platform {
  return {
    kind: 'tauri',
    async call(command, request) {
      try {
        return await invoke(command, { request })
      } catch (error) {
        throw new ProblemError(problemOf(error))
      }
    },
    listen(handler) {
      const stop = listenTo<ClientEvent>('client-event', (event) => handler(event.payload))
      return () => void stop.then((end) => end())
    },
    uploadFiles() {
      // The window picks and drops natively: bytes never cross IPC.
      return Promise.reject(new ProblemError(plainProblem('not_supported')))
    },
    thumbUrl: (path) => `haoban-thumb://localhost/${path.replace(/^thumb\//, '')}`,
    exportUrl: () => undefined,
  }
}
