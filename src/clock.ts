/** The same instant on two clocks, both in milliseconds. */
export interface Moment {
  /** Since 1970. People and other machines use this clock; it can be set, even back. */
  readonly wallMs: number
  /** Since some start. The monotonic clock never goes back, and stops while the machine sleeps. */
  readonly monotonicMs: number
}

/** Now. */
export function now(): Moment {
  return { wallMs: Date.now(), monotonicMs: performance.now() }
}

/** Waits. Ends early, without an error, when the signal is aborted. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish)
  })
}

/**
 * Waits until a moment of the monotonic clock, never less: Node's timers can fire a millisecond early, and cut off fractions.
 * Ends early, without an error, when the signal is aborted.
 *
 * @param dueAt as `performance.now` counts
 */
export async function delayUntil(dueAt: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const left = dueAt - performance.now()
    if (left <= 0) return
    await delay(Math.ceil(left), signal)
  }
}

/**
 * Whether the work ends in time. Work that does not continues.
 *
 * @throws what the work throws in that time
 */
export async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const ended = new AbortController()
  try {
    return await Promise.race([work.then(() => true), delay(ms, ended.signal).then(() => false)])
  } finally {
    ended.abort()
  }
}

/** Resolves when the signal is aborted, for any reason. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/**
 * Waits for the work, or until the signal is aborted. Removes its listener: the signal may live as long as the process.
 *
 * @throws the signal's reason when it is aborted first
 */
export async function abortable<T>(work: Promise<T> | T, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
