import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { toSegmentNow } from '../../src/gzip/segment.ts'
import type { Outcome } from '../../src/refresh/attempt.ts'
import { now } from '../../src/refresh/moment.ts'
import { type Refresher, startRefresher } from '../../src/refresh/refresher.ts'
import { isReady, isStale, requestsToday } from '../../src/refresh/state.ts'
import { noStorage } from '../../src/refresh/storage.ts'
import { createTokenQueue } from '../../src/refresh/token-queue.ts'
import { anOperation } from '../support/helpers.ts'

const NOON = Date.parse('2026-03-10T17:00:00Z')
const MINUTE = 60_000

const rejections = { records: {}, values: {} }

function good(id = 'page'): Outcome {
  return {
    ok: true,
    served: {
      fetchedAt: Date.now(),
      records: 1,
      responseBytes: 100,
      agentsByCategory: { ready: 1, talk: 0, ring: 0, acw: 0, aux: 0, logout: 0, unknown: 0 },
      page: [toSegmentNow(Buffer.from(id))],
    },
    rejections,
  }
}

const bad: Outcome = { ok: false, failure: { reason: 'tls', message: 'no secure connection' }, rejections }

let refresher: Refresher

const parts = {
  fields: ['calls'],
  tokens: createTokenQueue(),
  storage: noStorage,
  onWait: () => {},
  onRetry: () => {},
  onRefresh: () => {},
}

/** Starts a refresher; `outcomes` are what its calls bring in turn, the last one for ever. Tells when they began. */
function start(outcomes: readonly (() => Outcome | Promise<Outcome>)[], overrides = {}): number[] {
  const starts: number[] = []
  refresher = startRefresher(anOperation(overrides), {
    ...parts,
    attempt: async () => {
      starts.push((Date.now() - NOON) / 1000)
      const outcome = outcomes[Math.min(starts.length, outcomes.length) - 1]
      return outcome === undefined ? bad : outcome()
    },
  })
  return starts
}

const takes = (ms: number) => async () => {
  await new Promise((resolve) => setTimeout(resolve, ms))
  return good()
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOON })
})

afterEach(async () => {
  const stopped = refresher.stop()
  await vi.runAllTimersAsync()
  await stopped
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

describe('the rhythm', () => {
  it('begins at once and runs from start to start', async () => {
    const starts = start([takes(20_000)])
    await vi.advanceTimersByTimeAsync(16 * MINUTE)
    expect(starts).toEqual([0, 300, 600, 900])
  })

  it('never lets two refreshes overlap: a long one skips beats', async () => {
    const starts = start([takes(7 * MINUTE), takes(1000)])
    await vi.advanceTimersByTimeAsync(16 * MINUTE)
    expect(starts).toEqual([0, 600, 900])
  })

  it('does not drift in ten thousand refreshes, five weeks', async () => {
    const starts = start([takes(1234)])
    await vi.advanceTimersByTimeAsync(10_000 * 5 * MINUTE)
    expect(starts).toHaveLength(10_001)
    expect(starts.at(-1)).toBe(10_000 * 300)
  })

  it('goes on after failures', async () => {
    const starts = start([() => bad])
    await vi.advanceTimersByTimeAsync(11 * MINUTE)
    expect(starts).toEqual([0, 300, 600])
  })

  it('tells when the next fetch is due, while one runs and after', async () => {
    start([takes(20_000)])
    await vi.advanceTimersByTimeAsync(1000)
    expect(refresher.state().nextRefreshAt).toBe(NOON + 5 * MINUTE)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(refresher.state().nextRefreshAt).toBe(NOON + 5 * MINUTE)
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(refresher.state().nextRefreshAt).toBe(NOON + 10 * MINUTE)
  })
})

describe('the data', () => {
  it('is replaced by each success', async () => {
    start([() => good('first'), () => good('second')])
    await vi.advanceTimersByTimeAsync(0)
    const before = refresher.state()
    expect(before.served?.page).toEqual([toSegmentNow(Buffer.from('first'))])
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(refresher.state().served?.page).toEqual([toSegmentNow(Buffer.from('second'))])
    expect(before.served?.page).toEqual([toSegmentNow(Buffer.from('first'))])
  })

  it('stays after a failure, until it is stale to the millisecond', async () => {
    start([() => good(), () => bad], { staleAfterMs: 15 * MINUTE })
    await vi.advanceTimersByTimeAsync(15 * MINUTE)
    const state = refresher.state()
    expect(state.served?.fetchedAt).toBe(NOON)
    expect(isStale(state, now())).toBe(false)
    expect(isStale(state, { ...now(), wall: Date.now() + 1 })).toBe(true)
  })

  it('is ready once the operation has been tried, well or not', async () => {
    start([takes(1000)])
    await vi.advanceTimersByTimeAsync(0)
    expect(isReady(refresher.state())).toBe(false)
    await vi.advanceTimersByTimeAsync(1000)
    expect(isReady(refresher.state())).toBe(true)
    await refresher.stop()
    start([() => bad])
    await vi.advanceTimersByTimeAsync(0)
    expect(isReady(refresher.state())).toBe(true)
  })
})

describe('the counts', () => {
  it('begin at zero, every reason and every field', () => {
    start([takes(1000)])
    const { refreshes, failures, rejectedRecords, rejectedValues } = refresher.state()
    expect(refreshes).toBe(0)
    expect(Object.keys(failures)).toEqual([
      'connect',
      'tls',
      'proxy',
      'timeout',
      'http_error',
      'redirect',
      'rate_limited',
      'too_large',
      'malformed',
      'bad_request',
      'unauthorized',
      'invalid_token',
      'quota_exceeded',
      'concurrency',
      'forbidden',
      'not_found',
      'internal',
    ])
    expect(new Set(Object.values({ ...failures, ...rejectedRecords, ...rejectedValues }))).toEqual(
      new Set([0]),
    )
  })

  it('tell refreshes, failures by reason, requests and what was rejected', async () => {
    const partly = { ...good(), rejections: { records: { duplicate: 2 }, values: { calls: 3 } } }
    start([() => partly, () => bad, () => partly])
    await vi.advanceTimersByTimeAsync(11 * MINUTE)
    const { refreshes, failures, requests, rejectedRecords, rejectedValues, lastRefresh } = refresher.state()
    expect({ refreshes, requests, tls: failures.tls, connect: failures.connect }).toEqual({
      refreshes: 3,
      requests: 3,
      tls: 1,
      connect: 0,
    })
    expect(rejectedRecords).toEqual({ missing_id: 0, duplicate: 4, not_an_object: 0, unparsable: 0 })
    expect(rejectedValues).toEqual({ calls: 6 })
    expect(lastRefresh?.failure).toBeUndefined()
  })

  it('count a request when it is sent, not when it is answered', async () => {
    start([takes(1000)])
    await vi.advanceTimersByTimeAsync(0)
    expect(refresher.state().requests).toBe(1)
  })

  it("tell today's requests in the operation's time zone, also when no request has been sent since midnight", async () => {
    // Noon in Bogotá; its midnight is at 05:00 UTC.
    start([() => good()])
    await vi.advanceTimersByTimeAsync(11 * 60 * MINUTE + 59 * MINUTE)
    expect(requestsToday(refresher.state(), Date.now())).toBe(144)
    expect(requestsToday(refresher.state(), Date.now() + MINUTE)).toBe(0)
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(requestsToday(refresher.state(), Date.now())).toBe(1)
    expect(refresher.state().requests).toBe(145)
  })

  it('tell how long the last refresh took', async () => {
    start([takes(1500)])
    await vi.advanceTimersByTimeAsync(2000)
    expect(refresher.state().lastRefresh?.durationMs).toBe(1500)
  })
})

describe('a refresher that cannot go on', () => {
  it('says so, makes no call, and can still be stopped', async () => {
    const attempt = vi.fn()
    const storage = { ...noStorage, load: () => Promise.reject(new Error('in use')) }
    refresher = startRefresher(anOperation(), { ...parts, storage, attempt })
    await expect(refresher.ended).rejects.toThrow('in use')
    await refresher.stop()
    expect(attempt).not.toHaveBeenCalled()
  })
})

describe('stopping', () => {
  it('aborts the call under way, counts no failure for it, and starts no other', async () => {
    const starts: number[] = []
    refresher = startRefresher(anOperation(), {
      ...parts,
      attempt: (_operation, signal) => {
        starts.push(Date.now())
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        )
      },
    })
    await vi.advanceTimersByTimeAsync(1000)
    await refresher.stop()
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    expect(starts).toHaveLength(1)
    expect(refresher.state().refreshes).toBe(0)
  })

  it('gives the storage up, after the last refresh', async () => {
    const events: string[] = []
    refresher = startRefresher(anOperation(), {
      ...parts,
      storage: { ...noStorage, close: async () => void events.push('storage closed') },
      attempt: async (_operation, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        events.push('call ended')
        return bad
      },
    })
    await vi.advanceTimersByTimeAsync(1000)
    await refresher.stop()
    expect(events).toEqual(['call ended', 'storage closed'])
  })

  it('ends the wait between two refreshes', async () => {
    const starts = start([() => good()])
    await vi.advanceTimersByTimeAsync(1000)
    await refresher.stop()
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    expect(starts).toEqual([0])
  })
})
