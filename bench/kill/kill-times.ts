import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { watch } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { simulatorDefaults } from '../../src/simulator/simulator.ts'
import type { ServeProcess } from '../serve-process.ts'

// Latency of the simulated wolkvox: long enough that kills happen during a fetch.
export const LATENCY_MS = 400

export const INTERVAL_MS = 2000

/** The environment of the exporter. */
export function settingsFor(url: string) {
  return {
    WOLKVOX_BASE_URL: url,
    WOLKVOX_SERVER: simulatorDefaults.server,
    WOLKVOX_TOKEN: simulatorDefaults.token,
    WOLKVOX_REFRESH_INTERVAL: `${INTERVAL_MS / 1000}s`,
    // Several quick kills in a row must not make the data stale.
    WOLKVOX_STALE_AFTER: '1h',
    WOLKVOX_TIMEZONE: timeZoneFarFromMidnight(),
  }
}

const NOON = 12

/** The bench checks the number of calls today, so no new day may begin while it runs. */
function timeZoneFarFromMidnight(): string {
  return new Date().getUTCHours() < NOON ? 'UTC' : 'Etc/GMT+12'
}

// Two disk writes and two busy event loops can delay a call. A call that comes too early because of a restart comes earlier than
// this.
const CALL_TOLERANCE_MS = INTERVAL_MS / 4

/** The calls to the simulated wolkvox, in milliseconds since 1970. */
export interface Calls {
  readonly times: readonly number[]
  /** Resolves at the next call. */
  readonly next: () => Promise<void>
  readonly closestMs: () => number
  readonly close: () => void
}

// Node reports every request to an HTTP server of this process. The simulator is the only server.
const REQUEST_START = 'http.server.request.start'

/** Records each call, and reports a violation if there is more than one call per interval. */
export function watchCalls(violation: (text: string) => void): Calls {
  const times: number[] = []
  let next = Promise.withResolvers<void>()
  // When call 0 would have been due, computed from the latest of all calls. No later call may be earlier than this allows.
  let origin = Number.NEGATIVE_INFINITY

  function onRequest(message: unknown): void {
    const now = Date.now()
    const { url } = (message as { readonly request: IncomingMessage }).request
    if (!url?.startsWith('/api/')) return
    const callOrigin = now - times.length * INTERVAL_MS
    if (callOrigin < origin - CALL_TOLERANCE_MS) {
      violation(`call ${times.length + 1} came ${Math.round(origin - callOrigin)} ms before it was due`)
    }
    origin = Math.max(origin, callOrigin)
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

/** Writes to the files of a folder. */
export interface Writes {
  /** Resolves when a file with this in its name changes. */
  readonly next: (part: string) => Promise<void>
  readonly close: () => void
}

export function watchWrites(folder: string): Writes {
  const waiting = new Map<string, () => void>()
  const watcher = watch(folder, (_event, name) => {
    for (const [part, resolve] of waiting) if (name?.includes(part)) resolve()
  })
  return {
    next: (part) => new Promise((resolve) => waiting.set(part, resolve)),
    close: () => watcher.close(),
  }
}

// A process needs about 0.4 s until its first response, on a quiet machine.
const START_UP_MS = 500

// Writing a file takes about 1 to 6 ms. A third of these kills come immediately: a file is incomplete only between opening and
// writing it.
const WRITING_MS = 3

/** What the bench observes of an exporter. */
export interface Observations {
  readonly exporter: ServeProcess
  readonly calls: Calls
  readonly writes: Writes
}

/** When to kill a process: a random time after an event. */
export interface KillTime {
  readonly from: (observations: Observations) => Promise<unknown>
  /** Longest time after the event, in milliseconds. */
  readonly maxDelayMs: number
}

export const anyTime: KillTime = { from: ({ exporter }) => exporter.url, maxDelayMs: 2 * INTERVAL_MS }

export const killTimes: readonly KillTime[] = [
  { from: async () => {}, maxDelayMs: START_UP_MS },
  { from: ({ calls }) => calls.next(), maxDelayMs: LATENCY_MS },
  // Purely random kills would rarely happen during a write.
  { from: ({ writes }) => writes.next('.account'), maxDelayMs: WRITING_MS },
  { from: ({ writes }) => writes.next('.snapshot'), maxDelayMs: WRITING_MS },
  anyTime,
]
