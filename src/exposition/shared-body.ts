import type { Moment } from '../clock.ts'
import { type ExporterState, isStale } from '../scheduling/state.ts'

/** Shorter than any scrape interval. The metrics about the process need not be more recent. */
export const SHARED_FOR_MS = 1000

interface Shared<T> {
  readonly body: Promise<T>
  readonly at: Moment
  readonly state: ExporterState
}

/**
 * Assembles one body for all scrapes within a second, so that any number of scrapers share the same bytes. A change of
 * state, or data that becomes stale, invalidates it.
 *
 * @param state current state of all operations
 * @param make assembles the body of a state at a time
 */
export function shareBody<T>(
  state: () => ExporterState,
  make: (state: ExporterState, now: Moment) => Promise<T>,
): (now: Moment) => Promise<T> {
  let shared: Shared<T> | undefined

  return (now) => {
    const current = state()
    if (shared === undefined || !isCurrent(shared, current, now)) {
      const body = make(current, now)
      shared = { body, at: now, state: current }
      body.catch(() => {
        // A newer body may have replaced it.
        if (shared?.body === body) shared = undefined
      })
    }
    return shared.body
  }
}

function isCurrent({ at, state }: Shared<unknown>, current: ExporterState, now: Moment): boolean {
  const age = now.monotonicMs - at.monotonicMs
  return (
    age < SHARED_FOR_MS &&
    state === current &&
    current.reports.every((report) => isStale(report, at) === isStale(report, now))
  )
}
