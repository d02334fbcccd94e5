import { describe, expect, it } from 'vitest'
import { failedOutcome } from '../../src/refresh/attempt.ts'
import { firstStart, notBefore } from '../../src/refresh/restart.ts'
import { initialState, withNextRefresh, withOutcome, withRefreshUnderWay } from '../../src/refresh/state.ts'
import type { FailureReason } from '../../src/wolkvox/failure.ts'
import { anOperation, momentAt } from '../support/helpers.ts'

const NOW = Date.parse('2026-03-10T17:00:00Z')
const PLANNED = NOW + 300_000

const begun = () => withRefreshUnderWay(initialState(anOperation(), [], NOW), PLANNED)

const failed = (reason: FailureReason) =>
  withNextRefresh(withOutcome(begun(), failedOutcome(reason, ''), 1, momentAt(NOW)), PLANNED)

describe('a next process', () => {
  it('waits for the plan of one of whose call nothing more was heard, as in a crash loop', () => {
    expect(notBefore(begun())).toBe(PLANNED)
  })

  it.each<FailureReason>(['connect', 'invalid_token', 'malformed', 'internal'])(
    'may call at once after a refresh that ended in %s: whoever restarts then has mended something',
    (reason) => {
      expect(notBefore(failed(reason))).toBe(0)
    },
  )

  it('waits for the plan when the call after such a failure is under way', () => {
    expect(notBefore(withRefreshUnderWay(failed('connect'), PLANNED))).toBe(PLANNED)
  })

  it('waits while the quota is spent, also when a probe ended in something else', () => {
    expect(notBefore(failed('quota_exceeded'))).toBe(PLANNED)
    const probed = withOutcome(failed('quota_exceeded'), failedOutcome('connect', ''), 1, momentAt(NOW))
    expect(notBefore(probed)).toBe(PLANNED)
  })
})

describe('its first start', () => {
  it.each([
    ['at once without anything', undefined, undefined, 0],
    ['when planned', NOW + 1000, undefined, 1000],
    ['an interval after the data', undefined, NOW - 60_000, 240_000],
    ['at the later of both', NOW + 250_000, NOW - 60_000, 250_000],
    ['at once when the plan and the data are old', NOW - 1000, NOW - 400_000, 0],
  ])('is %s', (_when, planned, fetchedAt, wait) => {
    expect(firstStart(planned, fetchedAt, 300_000, NOW)).toBe(wait)
  })
})
