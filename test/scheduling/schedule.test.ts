import { describe, expect, it } from 'vitest'
import { failedOutcome } from '../../src/model/outcome.ts'
import {
  earliestFetch,
  firstWait,
  nextStart,
  requestedWait,
  retryDelay,
  startOffset,
  startOfSchedule,
} from '../../src/scheduling/schedule.ts'
import {
  initialState,
  withNextRefresh,
  withOutcome,
  withRefreshInProgress,
} from '../../src/scheduling/state.ts'
import { type FailureReason, failureReasons, type RetryAdvice } from '../../src/wolkvox/failure.ts'
import { aSuccess, momentAt } from '../../tools/fixtures.ts'

const INTERVAL = 300_000
const NOW = Date.parse('2026-03-10T17:00:00Z')
const PLANNED = NOW + INTERVAL

const failed = (reason: FailureReason, advice: RetryAdvice = {}) => ({
  reason,
  message: 'it failed',
  ...advice,
})

describe('the next start', () => {
  it('is an interval after the start before, however long the refresh took', () => {
    expect(nextStart(1000, 300, 1000)).toBe(1300)
    expect(nextStart(1000, 300, 1299)).toBe(1300)
  })

  it('skips ticks that a long refresh has missed', () => {
    expect(nextStart(1000, 300, 1300)).toBe(1600)
    expect(nextStart(1000, 300, 1950)).toBe(2200)
  })

  it('does not drift over ten thousand refreshes', () => {
    let dueAt = 0
    for (let refresh = 1; refresh <= 10_000; refresh += 1) dueAt = nextStart(dueAt, 300_000, dueAt + 45_678)
    expect(dueAt).toBe(10_000 * 300_000)
  })

  it('is the tick after this one if the timer fired a moment early', () => {
    expect(nextStart(1000, 300, 999.4)).toBe(1300)
    expect(nextStart(1000, 300, 600)).toBe(1300)
  })
})

describe('the earliest fetch of the next process', () => {
  const begun = () =>
    withRefreshInProgress(
      initialState(
        'ventas',
        { name: 'agents', refreshIntervalMs: INTERVAL, staleAfterMs: 3 * INTERVAL },
        NOW,
      ),
      PLANNED,
    )
  const ended = (outcome: ReturnType<typeof failedOutcome>) =>
    withNextRefresh(withOutcome(begun(), outcome, 1, momentAt(NOW)), PLANNED)
  const failedWith = (reason: FailureReason) => ended(failedOutcome(reason, ''))

  it('is as planned if a refresh has not ended, as in a crash loop', () => {
    expect(earliestFetch(begun())).toBe(PLANNED)
  })

  it.each<FailureReason>(['connect', 'invalid_token', 'malformed', 'internal'])(
    'is at once after %s, because a restart then usually fixes something',
    (reason) => {
      expect(earliestFetch(failedWith(reason))).toBe(0)
    },
  )

  it('is as planned while the refresh after such a failure is in progress', () => {
    expect(earliestFetch(withRefreshInProgress(failedWith('connect'), PLANNED))).toBe(PLANNED)
  })

  // The account stores when the quota may be probed: see account.test.ts.
  it('does not repeat the backoff of the account', () => {
    expect(earliestFetch(failedWith('quota_exceeded'))).toBe(0)
  })

  it('is as planned after a success', () => {
    expect(earliestFetch(ended(aSuccess({ fetchedAt: NOW })))).toBe(PLANNED)
  })
})

describe('the first wait', () => {
  it.each([
    ['nothing without stored data', undefined, undefined, 0],
    ['until the stored schedule', NOW + 1000, undefined, 1000],
    ['an interval after the data', undefined, NOW - 60_000, 240_000],
    ['the longer of both', NOW + 250_000, NOW - 60_000, 250_000],
    ['nothing when the schedule and the data are old', NOW - 1000, NOW - 400_000, 0],
    ['a whole interval', NOW + 300_000, undefined, 300_000],
  ])('is %s', (_what, planned, fetchedAt, wait) => {
    expect(firstWait(planned, fetchedAt, INTERVAL, NOW)).toBe(wait)
  })

  it.each([
    ['of a longer interval', NOW + 3_600_000, undefined],
    ['from before the clock was set back', NOW + 300_001, undefined],
    ['of data from the future', undefined, NOW + 1],
    ['of a longer interval, with data', NOW + 3_600_000, NOW - 60_000],
    ['of data from the future, with a schedule', NOW + 1000, NOW + 60_000],
  ])('is limited to one interval for a stored wait %s', (_what, planned, fetchedAt) => {
    expect(firstWait(planned, fetchedAt, INTERVAL, NOW)).toBe(INTERVAL)
  })
})

describe('the start that the next refreshes are counted from', () => {
  it.each([
    ['the planned start, if no request was sent', undefined, 1000],
    ['the planned start, if the request was sent a little later', 1000 + INTERVAL / 10, 1000],
    ['the request, if it had to wait longer', 1001 + INTERVAL / 10, 1001 + INTERVAL / 10],
  ])('is %s', (_what, sentAt, start) => {
    expect(startOfSchedule(1000, sentAt, INTERVAL)).toBe(start)
  })
})

describe('the start offset', () => {
  it('spreads reports evenly over 10 s', () => {
    expect([0, 1, 2, 3].map((index) => startOffset(index, 4, INTERVAL))).toEqual([0, 2500, 5000, 7500])
  })

  it('spreads them over a tenth of the interval if that is shorter', () => {
    expect([0, 1, 2, 3].map((index) => startOffset(index, 4, 20_000))).toEqual([0, 500, 1000, 1500])
  })

  it('does not delay a single report', () => {
    expect(startOffset(0, 1, INTERVAL)).toBe(0)
  })

  it('stays below 10 s for any number of reports', () => {
    expect(startOffset(999, 1000, INTERVAL)).toBeLessThan(10_000)
  })
})

const RETRIED = ['connect', 'proxy', 'timeout', 'http_error', 'rate_limited', 'concurrency'] as const

describe('a retry', () => {
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

  it.each(['http_error', 'proxy'] as const)('never comes after a permanent %s', (reason) => {
    expect(retryDelay(failed(reason, { isPermanent: true }), 0, INTERVAL, 0, 0.5)).toBeUndefined()
  })

  it('comes up to a fifth earlier or later, at random', () => {
    expect(retryDelay(failed('connect'), 0, INTERVAL, 0, 0)).toBe(4000)
    expect(retryDelay(failed('connect'), 0, INTERVAL, 0, 1)).toBe(6000)
  })
})

describe('Retry-After', () => {
  it.each(RETRIED)('decides when the next retry comes, without jitter: %s', (reason) => {
    for (const random of [0, 0.5, 1]) {
      expect(retryDelay(failed(reason, { retryAfterMs: 7000 }), 0, INTERVAL, 0, random)).toBe(7000)
      expect(retryDelay(failed(reason, { retryAfterMs: 90_000 }), 1, INTERVAL, 0, random)).toBe(90_000)
    }
  })

  it('allows no third retry', () => {
    expect(retryDelay(failed('rate_limited', { retryAfterMs: 1000 }), 2, INTERVAL, 0, 0.5)).toBeUndefined()
  })

  it.each([300_000, 3_600_000, 1e15, Number.POSITIVE_INFINITY])(
    'that does not fit into the interval means no retry in this refresh: %d ms',
    (retryAfterMs) => {
      expect(retryDelay(failed('rate_limited', { retryAfterMs }), 0, INTERVAL, 0, 0.5)).toBeUndefined()
    },
  )

  it('has to fit into what is left of the interval', () => {
    const failure = failed('rate_limited', { retryAfterMs: 60_000 })
    expect(retryDelay(failure, 0, INTERVAL, 239_999, 0.5)).toBe(60_000)
    expect(retryDelay(failure, 0, INTERVAL, 240_000, 0.5)).toBeUndefined()
  })

  it.each([
    ['nothing after a success', undefined, 0],
    ['nothing if the server did not ask', failed('connect'), 0],
    ['as long as the server asks', failed('rate_limited', { retryAfterMs: 60_000 }), 60_000],
    ['an interval at most', failed('rate_limited', { retryAfterMs: 3_600_000 }), INTERVAL],
    ['an interval at most, for any number', failed('http_error', { retryAfterMs: Infinity }), INTERVAL],
  ])('delays the next refresh by %s', (_what, failure, wait) => {
    expect(requestedWait(failure, INTERVAL)).toBe(wait)
  })
})
