import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { INTERVAL_MS } from './settings.ts'

// Between the moment that a call is due and its arrival lie two writes to the disk and two busy event loops. Half the
// time that a new process takes to its first call would still tell a call too many.
const CALL_TOLERANCE_MS = INTERVAL_MS / 4

/** The calls to the simulated wolkvox, by the clock that the exporter keeps across restarts. */
export interface Calls {
  readonly times: readonly number[]
  /** Resolves when the next one comes in. */
  readonly next: () => Promise<void>
  readonly closestMs: () => number
  readonly close: () => void
}

// Node's own channel: every request to an HTTP server of this process, and the simulator's is the only one.
const REQUEST_START = 'http.server.request.start'

/** Notes each call as it comes in, and complains when there are more than one an interval in any stretch of time. */
export function watchCalls(breach: (text: string) => void): Calls {
  const times: number[] = []
  let next = Promise.withResolvers<void>()
  // Of the calls so far, the latest by the rhythm: counted from any of them, the next may not come before its beat.
  let beat = Number.NEGATIVE_INFINITY

  function onRequest(message: unknown): void {
    const now = Date.now()
    const { url } = (message as { readonly request: IncomingMessage }).request
    if (!url?.startsWith('/api/')) return
    const sinceRhythm = now - times.length * INTERVAL_MS
    if (sinceRhythm < beat - CALL_TOLERANCE_MS) {
      breach(`call ${times.length + 1} came ${Math.round(beat - sinceRhythm)} ms before it was due`)
    }
    beat = Math.max(beat, sinceRhythm)
    times.push(now)
    next.resolve()
    next = Promise.withResolvers<void>()
  }
  subscribe(REQUEST_START, onRequest)
  return {
    times,
    next: () => next.promise,
    closestMs: () => Math.min(...times.slice(1).map((time, before) => time - (times[before] ?? 0))),
    close: () => unsubscribe(REQUEST_START, onRequest),
  }
}
