import type { Moment } from './clock.ts'
import { formatDuration } from './units.ts'

/** What to log about a failure, or about the success that ends failures. */
export interface LogDecision {
  /** `debug` for what the log has already said. */
  readonly level: 'warn' | 'info' | 'debug'
  /** Fields of the log line. */
  readonly fields: {
    /** Failures since the last success. */
    readonly failures: number
    /** From the first of these failures until now; absent for the first. */
    readonly failing_for?: string
    /** Failures with this reason that were logged at `debug` since the last one at `warn`; absent for none. */
    readonly suppressed?: number
  }
}

/** Decides how often a failure that repeats is logged: a log that repeats itself hides what is new. */
export interface RepeatedFailures {
  /** @param reasons why it failed: one, or several at the same time */
  failed(reasons: readonly string[], now: Moment): LogDecision
  /** @returns `undefined` if nothing had failed */
  succeeded(now: Moment): LogDecision | undefined
}

const REPEAT_AFTER_MS = 3_600_000

// A failure that comes and goes is quiet, but one that lasts after a logged recovery must not be.
const LASTING_FAILURES = 3

// Reasons are few; an unexpected text in each of them must not fill the memory.
const MAX_REASONS = 64

/** What was logged about a reason. */
interface Entry {
  readonly loggedAtMs: number
  readonly suppressed: number
}

/**
 * Makes the memory for one subject, such as a report or a file. A reason is logged at `warn` when it is new, and then at most
 * once an hour, also if it alternates with other reasons or with successes. There are two exceptions: the third failure
 * in a row is logged if none before it was, and the end is logged if the beginning was.
 */
export function createRepeatedFailures(): RepeatedFailures {
  const entries = new Map<string, Entry>()
  let sinceMs = 0
  let failures = 0
  let isLogged = false

  function fieldsAt(now: Moment, suppressed: number): LogDecision['fields'] {
    const seconds = Math.round((now.monotonicMs - sinceMs) / 1000)
    return {
      failures,
      ...(now.monotonicMs > sinceMs && { failing_for: formatDuration(seconds * 1000) }),
      ...(suppressed > 0 && { suppressed }),
    }
  }

  function remember(reason: string, entry: Entry): void {
    entries.delete(reason)
    entries.set(reason, entry)
    const [oldest] = entries.keys()
    if (entries.size > MAX_REASONS && oldest !== undefined) entries.delete(oldest)
  }

  return {
    failed(reasons, now) {
      if (failures === 0) sinceMs = now.monotonicMs
      failures += 1
      const current = reasons.map((reason) => ({ reason, entry: entries.get(reason) }))
      const isDue = current.some(
        ({ entry }) => entry === undefined || now.monotonicMs - entry.loggedAtMs >= REPEAT_AFTER_MS,
      )
      if (isDue || (!isLogged && failures >= LASTING_FAILURES)) {
        isLogged = true
        for (const { reason } of current) remember(reason, { loggedAtMs: now.monotonicMs, suppressed: 0 })
        const suppressed = Math.max(0, ...current.map(({ entry }) => entry?.suppressed ?? 0))
        return { level: 'warn', fields: fieldsAt(now, suppressed) }
      }
      for (const { reason, entry } of current) {
        if (entry !== undefined) remember(reason, { ...entry, suppressed: entry.suppressed + 1 })
      }
      return { level: 'debug', fields: fieldsAt(now, 0) }
    },
    succeeded(now) {
      if (failures === 0) return undefined
      const decision = { level: isLogged ? 'info' : 'debug', fields: fieldsAt(now, 0) } as const
      failures = 0
      isLogged = false
      return decision
    },
  }
}
