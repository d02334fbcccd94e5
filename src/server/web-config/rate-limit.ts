/** A limit on requests: up to `burst` at once, and on average one per `intervalMs`. */
export interface RateLimit {
  readonly intervalMs: number
  readonly burst: number
}

/** Decides about one request. */
export type TokenBucket = () => boolean

/**
 * A full bucket of `burst` tokens. Each request takes one; one comes back every `intervalMs`.
 *
 * @param now the monotonic clock in milliseconds
 */
export function createTokenBucket(
  { intervalMs, burst }: RateLimit,
  now: () => number = () => performance.now(),
): TokenBucket {
  let tokens = burst
  let filledAt = now()
  return () => {
    const time = now()
    tokens = Math.min(burst, tokens + (time - filledAt) / intervalMs)
    filledAt = time
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
