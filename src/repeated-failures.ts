import type { Moment } from './clock.ts'
import { formatDuration } from './units.ts'

/** What to log about a failure, or about the success that ends failures. */
export interface Notice {
  /** `debug` for what the log has already said. */
  readonly level: 'warn' | 'info' | 'debug'
  /** Fields of the log line. */
  readonly fields: {
    /** Failures since the last success. */
    readonly failures: number
    /** From the first of these failures until now; absent for the first. */
    readonly failing_for?: string
    /** Failures of this kind that were logged at `debug` since the last one at `warn`; absent for none. */
    readonly suppressed?: number
  }
}

/** Decides how often a failure that repeats is logged: a log that repeats itself hides what is new. */
export interface RepeatedFailures {
  /** @param kinds what failed: its reason, or several at the same time */
  failed(kinds: readonly string[], now: Moment): Notice
  /** @returns `undefined` if nothing had failed */
  succeeded(now: Moment): Notice | undefined
}

const REPEAT_AFTER_MS = 3_600_000

// A failure that comes and goes is quiet, but one that lasts after a logged recovery must not be.
const LASTING_FAILURES = 3

// Kinds are few; an unexpected text in each of them must not fill the memory.
const MAX_KINDS = 64

interface Kind {
  readonly loggedAtMs: number
  readonly suppressed: number
}

/**
 * Makes the memory for one subject, such as a report or a file. A kind of failure is logged at `warn` when it is new, and then
 * at most once an hour, also if it alternates with other kinds or with successes. There are two exceptions: the third failure
 * in a row is logged if none before it was, and the end is logged if the beginning was.
 */
export function createRepeatedFailures(): RepeatedFailures {
  const kinds = new Map<string, Kind>()
  let sinceMs = 0
  let failures = 0
  let isLogged = false

  function fieldsAt(now: Moment, suppressed: number): Notice['fields'] {
    const seconds = Math.round((now.monotonicMs - sinceMs) / 1000)
    return {
      failures,
      ...(now.monotonicMs > sinceMs && { failing_for: formatDuration(seconds * 1000) }),
      ...(suppressed > 0 && { suppressed }),
    }
  }

  function note(kind: string, noted: Kind): void {
    kinds.delete(kind)
    kinds.set(kind, noted)
    const [oldest] = kinds.keys()
    if (kinds.size > MAX_KINDS && oldest !== undefined) kinds.delete(oldest)
  }

  return {
    failed(failed, now) {
      if (failures === 0) sinceMs = now.monotonicMs
      failures += 1
      const known = failed.map((kind) => ({ kind, noted: kinds.get(kind) }))
      const isDue = known.some(
        ({ noted }) => noted === undefined || now.monotonicMs - noted.loggedAtMs >= REPEAT_AFTER_MS,
      )
      if (isDue || (!isLogged && failures >= LASTING_FAILURES)) {
        isLogged = true
        for (const { kind } of known) note(kind, { loggedAtMs: now.monotonicMs, suppressed: 0 })
        const suppressed = Math.max(0, ...known.map(({ noted }) => noted?.suppressed ?? 0))
        return { level: 'warn', fields: fieldsAt(now, suppressed) }
      }
      for (const { kind, noted } of known) {
        if (noted !== undefined) note(kind, { ...noted, suppressed: noted.suppressed + 1 })
      }
      return { level: 'debug', fields: fieldsAt(now, 0) }
    },
    succeeded(now) {
      if (failures === 0) return undefined
      const notice = { level: isLogged ? 'info' : 'debug', fields: fieldsAt(now, 0) } as const
      failures = 0
      isLogged = false
      return notice
    },
  }
}
