import { describe, expect, it } from 'vitest'
import { retryDelay } from '../../src/refresh/retry.ts'
import { failureReasons } from '../../src/wolkvox/failure.ts'

const INTERVAL = 300_000
const RETRIED = ['connect', 'timeout', 'http_error', 'concurrency'] as const

describe('another try within a refresh', () => {
  it.each(RETRIED)('comes after 5 s and 15 s at five minutes, at most twice: %s', (reason) => {
    expect(retryDelay(reason, 0, INTERVAL, 0.5)).toBe(5000)
    expect(retryDelay(reason, 1, INTERVAL, 0.5)).toBe(15_000)
    expect(retryDelay(reason, 2, INTERVAL, 0.5)).toBeUndefined()
  })

  it.each(failureReasons.filter((reason) => !(RETRIED as readonly string[]).includes(reason)))(
    'never comes where it would only cost a call: %s',
    (reason) => {
      expect(retryDelay(reason, 0, INTERVAL, 0.5)).toBeUndefined()
    },
  )

  it('comes a fifth earlier or later, by chance', () => {
    expect(retryDelay('connect', 0, INTERVAL, 0)).toBe(4000)
    expect(retryDelay('connect', 0, INTERVAL, 1)).toBe(6000)
  })
})
