import { describe, expect, it } from 'vitest'
import { retryDelay } from '../../src/refresh/retry.ts'
import { type FailureReason, failureReasons, type RetryAdvice } from '../../src/wolkvox/failure.ts'

const INTERVAL = 300_000
const RETRIED = ['connect', 'timeout', 'http_error', 'rate_limited', 'concurrency'] as const

const failed = (reason: FailureReason, advice: RetryAdvice = {}) => ({
  reason,
  message: 'it failed',
  ...advice,
})

describe('another try within a refresh', () => {
  it.each(RETRIED)('comes after 5 s and 15 s at five minutes, at most twice: %s', (reason) => {
    expect(retryDelay(failed(reason), 0, INTERVAL, 0, 0.5)).toBe(5000)
    expect(retryDelay(failed(reason), 1, INTERVAL, 0, 0.5)).toBe(15_000)
    expect(retryDelay(failed(reason), 2, INTERVAL, 0, 0.5)).toBeUndefined()
  })

  it.each(failureReasons.filter((reason) => !(RETRIED as readonly string[]).includes(reason)))(
    'never comes where it would only cost a call: %s',
    (reason) => {
      expect(retryDelay(failed(reason), 0, INTERVAL, 0, 0.5)).toBeUndefined()
      expect(retryDelay(failed(reason, { retryAfterMs: 1000 }), 0, INTERVAL, 0, 0.5)).toBeUndefined()
    },
  )

  it('never comes after an http_error that would only come again', () => {
    expect(retryDelay(failed('http_error', { isPermanent: true }), 0, INTERVAL, 0, 0.5)).toBeUndefined()
  })

  it('comes a fifth earlier or later, by chance', () => {
    expect(retryDelay(failed('connect'), 0, INTERVAL, 0, 0)).toBe(4000)
    expect(retryDelay(failed('connect'), 0, INTERVAL, 0, 1)).toBe(6000)
  })
})

describe('Retry-After', () => {
  it.each(RETRIED)('decides when the next try comes, without jitter: %s', (reason) => {
    for (const random of [0, 0.5, 1]) {
      expect(retryDelay(failed(reason, { retryAfterMs: 7000 }), 0, INTERVAL, 0, random)).toBe(7000)
      expect(retryDelay(failed(reason, { retryAfterMs: 90_000 }), 1, INTERVAL, 0, random)).toBe(90_000)
    }
  })

  it('allows no third try', () => {
    expect(retryDelay(failed('rate_limited', { retryAfterMs: 1000 }), 2, INTERVAL, 0, 0.5)).toBeUndefined()
  })

  it.each([300_000, 3_600_000, 1e15, Number.POSITIVE_INFINITY])(
    'that does not fit into the interval means no try in this refresh: %d ms',
    (retryAfterMs) => {
      expect(retryDelay(failed('rate_limited', { retryAfterMs }), 0, INTERVAL, 0, 0.5)).toBeUndefined()
    },
  )

  it('has to fit into what is left of the interval', () => {
    const failure = failed('rate_limited', { retryAfterMs: 60_000 })
    expect(retryDelay(failure, 0, INTERVAL, 239_999, 0.5)).toBe(60_000)
    expect(retryDelay(failure, 0, INTERVAL, 240_000, 0.5)).toBeUndefined()
  })
})
