import type { Moment } from '../refresh/moment.ts'
import { isStale, type OperationState } from '../refresh/state.ts'

// Younger than anybody's scrape interval: what the process says of itself need not be fresher.
const SHARED_FOR_MS = 1000

interface Shared<T> {
  readonly made: Promise<T>
  readonly at: Moment
  readonly states: readonly OperationState[]
}

/**
 * Makes a body once for all who ask for it within a second, however many they are: each then holds the same bytes. It is
 * made anew as soon as any operation's state has changed or its data has turned stale.
 *
 * @param states of all operations, now
 * @param make the body, from what is known at a moment
 */
export function createSharedBody<T>(
  states: () => readonly OperationState[],
  make: (states: readonly OperationState[], now: Moment) => Promise<T>,
): (now: Moment) => Promise<T> {
  let shared: Shared<T> | undefined

  return (now) => {
    const current = states()
    if (shared === undefined || !stillTrue(shared, current, now)) {
      const made = make(current, now)
      shared = { made, at: now, states: current }
      made.catch(() => {
        // Another may have taken its place meanwhile.
        if (shared?.made === made) shared = undefined
      })
    }
    return shared.made
  }
}

function stillTrue(
  { at, states }: Shared<unknown>,
  current: readonly OperationState[],
  now: Moment,
): boolean {
  const age = now.steady - at.steady
  return (
    age < SHARED_FOR_MS &&
    states.length === current.length &&
    states.every((state, index) => state === current[index] && isStale(state, at) === isStale(state, now))
  )
}
