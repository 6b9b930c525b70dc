import type { ClientEvent } from '@/bindings/ClientEvent'
import { plainProblem, ProblemError, problemOf } from './types'
import type { Platform } from './types'

async function answered<T>(response: globalThis.Response): Promise<T> {
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return body as T
  throw new ProblemError(problemOf(body))
}

async function reach(path: string, init: RequestInit): Promise<globalThis.Response> {
  try {
    return await fetch(path, init)
  } catch {
    // The host itself is gone: nothing was saved, and nothing can be until it is back.
    throw new ProblemError(plainProblem('unavailable'))
  }
}

async function upload(file: File): Promise<string> {
  const response = await reach('/host/files', {
    method: 'POST',
    headers: { 'X-File-Name': encodeURIComponent(file.name), 'Content-Type': 'application/octet-stream' },
    body: file,
  })
  return (await answered<{ token: string }>(response)).token
}

function openStream(handler: (event: ClientEvent) => void): EventSource {
  const source = new EventSource('/host/events')
  source.addEventListener('message', (message: MessageEvent<string>) => handler(JSON.parse(message.data) as ClientEvent))
  return source
}

/** A browser in front of `devhost`: the same commands over loopback HTTP. */
export function httpPlatform(): Platform {
  const handlers = new Set<(event: ClientEvent) => void>()
  let source: EventSource | undefined
  return {
    kind: 'http',
    async call(command, request) {
      const response = await reach(`/rpc/${command}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(request),
      })
      return answered(response)
    },
    listen(handler) {
      // One stream for all: a browser opens six connections to one host and lets everything else wait.
      if (handlers.size === 0) source = openStream((event) => handlers.forEach((one) => one(event)))
      handlers.add(handler)
      return () => {
        handlers.delete(handler)
        if (handlers.size === 0) source?.close()
      }
    },
    uploadFiles: (files) => Promise.all(files.map(upload)),
    thumbUrl: (path) => `/host/thumb/${path.replace(/^thumb\//, '')}`,
    exportUrl: (path) => (path.startsWith('/') ? path : `/host/exports/${path.replace(/^receipt\//, '')}`),
  }
}
