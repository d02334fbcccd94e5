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
 * Waits until a moment of the monotonic clock, never less: Node's timers may end a millisecond early, and cut off fractions.
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
 * Whether the work ends within a time. Work that does not goes on.
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
