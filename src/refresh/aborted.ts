/** Resolves once the signal is aborted, whatever its reason. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/**
 * Waits for the work, or until the signal is aborted. Leaves no listener on the signal, which may live as long as the process.
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
