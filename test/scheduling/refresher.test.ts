import { describe, expect, it, vi } from 'vitest'
import { now } from '../../src/clock.ts'
import { credentialsFingerprint } from '../../src/config/operation-changes.ts'
import { toSegmentNow } from '../../src/exposition/gzip.ts'
import type { Failure, Outcome } from '../../src/model/outcome.ts'
import type { StoredAccount } from '../../src/model/storage-ports.ts'
import { requestsToday } from '../../src/scheduling/budget.ts'
import { reportKey } from '../../src/scheduling/scheduled-report.ts'
import { isReady, isStale, type ReportState } from '../../src/scheduling/state.ts'
import { StorageInUseError } from '../../src/storage/storage-lock.ts'
import { anOperation, aRenderedSnapshot, aSuccess } from '../../tools/fixtures.ts'
import {
  anAccountStorage,
  aSnapshotStorage,
  bad,
  good,
  HOUR,
  MINUTE,
  type ReportOptions,
  startReport,
  storageWith,
  useFakeTime,
} from './run-reports.ts'

const NOON = Date.parse('2026-03-10T17:00:00Z')
const KEY = reportKey('ventas', 'agents')
const CREDENTIALS = credentialsFingerprint(anOperation())

useFakeTime('2026-03-10T17:00:00Z')

/**
 * Runs a report.
 *
 * @param outcomes of its calls; the last one repeats
 * @returns the report, and the seconds at which calls are sent
 */
async function start(outcomes: readonly (() => Outcome | Promise<Outcome>)[], options: ReportOptions = {}) {
  const starts: number[] = []
  const report = await startReport(() => {
    starts.push((Date.now() - NOON) / 1000)
    const outcome = outcomes[Math.min(starts.length, outcomes.length) - 1] ?? (() => bad('tls'))
    return outcome()
  }, options)
  return { report, starts }
}

const withText = (text: string) =>
  aSuccess({ fetchedAt: Date.now(), segments: [toSegmentNow(Buffer.from(text))] })

const takes = (ms: number) => async () => {
  await new Promise((resolve) => setTimeout(resolve, ms))
  return good()
}

describe('the schedule', () => {
  it('begins at once and runs from start to start', async () => {
    const { starts } = await start([takes(20_000)])
    await vi.advanceTimersByTimeAsync(16 * MINUTE)
    expect(starts).toEqual([0, 300, 600, 900])
  })

  it('never lets two refreshes overlap: a long one skips ticks', async () => {
    const { starts } = await start([takes(7 * MINUTE), takes(1000)])
    await vi.advanceTimersByTimeAsync(16 * MINUTE)
    expect(starts).toEqual([0, 600, 900])
  })

  it('does not drift in ten thousand refreshes, five weeks', async () => {
    const { starts } = await start([takes(1234)])
    await vi.advanceTimersByTimeAsync(10_000 * 5 * MINUTE)
    expect(starts).toHaveLength(10_001)
    expect(starts.at(-1)).toBe(10_000 * 300)
  })

  it('moves when a call had to wait long for its turn, so that the next call does not follow at once', async () => {
    const { report, starts } = await start([good], { startOffsetMs: MINUTE })
    const other = Promise.withResolvers<Outcome>()
    const { signal } = new AbortController()
    void report.account.call({
      report: report.scheduled,
      signal,
      onRequest: () => {},
      onUnsent: () => {},
      onSaved: () => {},
      send: () => other.promise,
    })
    await vi.advanceTimersByTimeAsync(4 * MINUTE)
    expect(starts).toEqual([])
    other.resolve(good())
    await vi.advanceTimersByTimeAsync(11 * MINUTE)
    expect(starts).toEqual([240, 540, 840])
  })

  it('continues after failures', async () => {
    const { starts } = await start([() => bad('tls')])
    await vi.advanceTimersByTimeAsync(11 * MINUTE)
    expect(starts).toEqual([0, 300, 600])
  })

  it('is known during a refresh and after it', async () => {
    const { report } = await start([takes(20_000)])
    await vi.advanceTimersByTimeAsync(1000)
    expect(report.state().nextRefreshAt).toBe(NOON + 5 * MINUTE)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(report.state().nextRefreshAt).toBe(NOON + 5 * MINUTE)
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(report.state().nextRefreshAt).toBe(NOON + 10 * MINUTE)
  })

  it('begins after the offset of the report, and runs from there', async () => {
    const { report, starts } = await start([good], { startOffsetMs: 4000 })
    await vi.advanceTimersByTimeAsync(1)
    expect(report.state().nextRefreshAt).toBe(NOON + 4000)
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(starts).toEqual([4, 304])
  })
})

describe('the data', () => {
  it('is replaced by each success', async () => {
    const { report } = await start([() => withText('first'), () => withText('second')])
    await vi.advanceTimersByTimeAsync(0)
    const before = report.state()
    expect(before.rendered?.segments).toEqual([toSegmentNow(Buffer.from('first'))])
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(report.state().rendered?.segments).toEqual([toSegmentNow(Buffer.from('second'))])
    expect(before.rendered?.segments).toEqual([toSegmentNow(Buffer.from('first'))])
  })

  it('stays after a failure, until it is stale to the millisecond', async () => {
    const { report } = await start([good, () => bad('tls')], { staleAfterMs: 15 * MINUTE })
    await vi.advanceTimersByTimeAsync(15 * MINUTE)
    const state = report.state()
    expect(state.rendered?.fetchedAt).toBe(NOON)
    expect(isStale(state, now())).toBe(false)
    expect(isStale(state, { ...now(), wallMs: Date.now() + 1 })).toBe(true)
  })

  it('is ready after the first call, successful or not', async () => {
    const { report } = await start([takes(1000)])
    await vi.advanceTimersByTimeAsync(0)
    expect(isReady(report.state())).toBe(false)
    await vi.advanceTimersByTimeAsync(1000)
    expect(isReady(report.state())).toBe(true)
    await report.stop()
    const failing = await start([() => bad('tls')])
    await vi.advanceTimersByTimeAsync(0)
    expect(isReady(failing.report.state())).toBe(true)
  })
})

describe('the counts', () => {
  it('begin at zero, for every reason and every field', async () => {
    const { report } = await start([takes(1000)])
    const { refreshes, failures, rejectedRecords, rejectedValues } = report.state()
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
    expect(Object.keys(rejectedValues)).toEqual(
      expect.arrayContaining(['agent_status', 'calls', 'ocupation']),
    )
    expect(new Set(Object.values({ ...failures, ...rejectedRecords, ...rejectedValues }))).toEqual(
      new Set([0]),
    )
  })

  it('are refreshes, failures by reason, requests and what was rejected', async () => {
    const partly = () =>
      aSuccess({ fetchedAt: Date.now() }, { records: { duplicate: 2 }, values: { calls: 3 } })
    const { report } = await start([partly, () => bad('tls'), partly])
    await vi.advanceTimersByTimeAsync(11 * MINUTE)
    const { refreshes, failures, requests, rejectedRecords, rejectedValues, lastRefresh } = report.state()
    expect({ refreshes, requests, tls: failures.tls, connect: failures.connect }).toEqual({
      refreshes: 3,
      requests: 3,
      tls: 1,
      connect: 0,
    })
    expect(rejectedRecords).toEqual({ missing_id: 0, duplicate: 4, not_an_object: 0, unparsable: 0 })
    expect(rejectedValues).toMatchObject({ calls: 6, inbound: 0 })
    expect(lastRefresh?.failure).toBeUndefined()
  })

  it('include a request when it is sent, before its response', async () => {
    const { report } = await start([takes(1000)])
    await vi.advanceTimersByTimeAsync(0)
    expect(report.state().requests).toBe(1)
  })

  it("include today's requests in the account's time zone, also when no request was sent since midnight", async () => {
    // Noon in Bogotá; its midnight is at 05:00 UTC.
    const { report } = await start([good])
    const today = (at: number) => requestsToday(report.account.state(), at)
    await vi.advanceTimersByTimeAsync(11 * 60 * MINUTE + 59 * MINUTE)
    expect(today(Date.now())).toBe(144)
    expect(today(Date.now() + MINUTE)).toBe(0)
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(today(Date.now())).toBe(1)
    expect(report.state().requests).toBe(145)
  })

  it('come with the duration of the last refresh', async () => {
    const { report } = await start([takes(1500)])
    await vi.advanceTimersByTimeAsync(2000)
    expect(report.state().lastRefresh?.durationMs).toBe(1500)
  })
})

describe('a first refresh', () => {
  const yesterday = { day: '2026-03-09', count: 7 }
  const stored = (earliestFetch: number, credentials = CREDENTIALS) =>
    storageWith({ requestsOfDay: yesterday, schedules: { [KEY]: { earliestFetch, credentials } } })
  const dataOf = (fetchedAt: number) =>
    aSnapshotStorage({ load: async () => aRenderedSnapshot({ fetchedAt }) })

  it('waits for the stored schedule with the same token and address', async () => {
    const { starts } = await start([good], {
      storage: stored(NOON + 4 * MINUTE),
      snapshots: dataOf(NOON - MINUTE),
    })
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(starts).toEqual([240])
  })

  it('comes when it was planned, however long stored data takes to load', async () => {
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 30_000))
      return aRenderedSnapshot({ fetchedAt: NOON - MINUTE })
    }
    const { starts } = await start([good], {
      storage: stored(NOON + 4 * MINUTE),
      snapshots: aSnapshotStorage({ load: slow }),
    })
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(starts).toEqual([240])
  })

  it('comes at once with another token or address, and serves stored data meanwhile', async () => {
    const { report, starts } = await start([takes(1000)], {
      storage: stored(NOON + 4 * MINUTE, 'of another token'),
      snapshots: dataOf(NOON - MINUTE),
    })
    await vi.advanceTimersByTimeAsync(1)
    expect(starts).toEqual([0])
    expect(report.state().rendered?.fetchedAt).toBe(NOON - MINUTE)
  })

  it('comes after the offset if nothing is stored', async () => {
    const { starts } = await start([good], { startOffsetMs: 3000, storage: stored(0) })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(starts).toEqual([3])
  })
})

describe('events', () => {
  function recorded() {
    const events: unknown[] = []
    return {
      list: events,
      events: {
        onResumed: ({ rendered }: ReportState, waitMs: number) =>
          events.push(['resumed', rendered?.fetchedAt, waitMs]),
        onRetry: (_state: ReportState, { reason }: Failure, waitMs: number) =>
          events.push(['retry', reason, waitMs]),
        onRefreshed: ({ refreshes }: ReportState, { ok }: Outcome) =>
          events.push(['refreshed', refreshes, ok]),
      },
    }
  }

  it('are a resumed schedule and its refresh', async () => {
    const { list, events } = recorded()
    const storage = storageWith({
      schedules: { [KEY]: { earliestFetch: NOON + MINUTE, credentials: CREDENTIALS } },
    })
    await start([good], { storage, events })
    await vi.advanceTimersByTimeAsync(2 * MINUTE)
    expect(list).toEqual([
      ['resumed', undefined, MINUTE],
      ['refreshed', 1, true],
    ])
  })

  it('are restored data, also if the refresh is due at once', async () => {
    const { list, events } = recorded()
    const fetchedAt = NOON - HOUR
    const snapshots = aSnapshotStorage({ load: async () => aRenderedSnapshot({ fetchedAt }) })
    await start([good], { snapshots, events })
    await vi.advanceTimersByTimeAsync(1)
    expect(list).toEqual([
      ['resumed', fetchedAt, 0],
      ['refreshed', 1, true],
    ])
  })

  it('do not include a resumed schedule if nothing was stored', async () => {
    const { list, events } = recorded()
    await start([good], { startOffsetMs: 5000, events })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(list).toEqual([['refreshed', 1, true]])
  })

  it('are each retry with its reason and delay, and one refresh', async () => {
    const { list, events } = recorded()
    await start([() => bad('connect'), () => bad('timeout'), () => bad('connect')], { events })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(list).toEqual([
      ['retry', 'connect', 5000],
      ['retry', 'timeout', 15_000],
      ['refreshed', 1, false],
    ])
  })
})

describe('stored snapshots', () => {
  it('are written after each success, and not after a failure', async () => {
    const saved: Uint8Array[] = []
    const snapshots = aSnapshotStorage({
      save: async (encoded) => {
        saved.push(await encoded)
        return true
      },
    })
    const { report } = await start([good, () => bad('tls'), good], { snapshots })
    await vi.advanceTimersByTimeAsync(6 * MINUTE)
    expect(saved).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(saved).toHaveLength(2)
    expect(report.storageFailures()).toBe(0)
  })

  it('do not delay the data', async () => {
    const slowSave = () => new Promise<boolean>((resolve) => setTimeout(resolve, MINUTE, true))
    const snapshots = aSnapshotStorage({ save: slowSave })
    const { report } = await start([good], { snapshots })
    await vi.advanceTimersByTimeAsync(1)
    expect(report.state().rendered?.fetchedAt).toBe(NOON)
  })

  it('and schedules that cannot be written are counted each', async () => {
    const { report } = await start([good], { snapshots: aSnapshotStorage({ save: async () => false }) })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(report.storageFailures()).toBe(1)
    const save = async ({ requestsOfDay }: StoredAccount) => requestsOfDay.count > 1
    const other = await start([good], { name: 'soporte', storage: anAccountStorage({ save }) })
    await vi.advanceTimersByTimeAsync(MINUTE)
    expect(other.report.storageFailures()).toBe(2)
    await vi.advanceTimersByTimeAsync(5 * MINUTE)
    expect(other.report.storageFailures()).toBe(2)
  })
})

describe('a refresher that cannot continue', () => {
  it('rejects, makes no call, and can still be stopped', async () => {
    const call = vi.fn()
    const snapshots = aSnapshotStorage({ load: () => Promise.reject(new Error('in use')) })
    const report = await startReport(call, { snapshots })
    await expect(report.ended).rejects.toThrow('in use')
    await report.stop()
    expect(call).not.toHaveBeenCalled()
  })

  it('makes no call after another exporter has locked its storage', async () => {
    const call = vi.fn(good)
    const storage = anAccountStorage({
      save: () => Promise.reject(new StorageInUseError('0042.lock', '0042')),
    })
    const report = await startReport(call, { storage })
    const ended = expect(report.ended).rejects.toThrow(StorageInUseError)
    await vi.advanceTimersByTimeAsync(HOUR)
    await ended
    expect(call).not.toHaveBeenCalled()
  })
})

describe('stopping', () => {
  it('aborts the call in progress, counts no failure for it, and starts no other', async () => {
    let calls = 0
    const report = await startReport((signal) => {
      calls += 1
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    await vi.advanceTimersByTimeAsync(1000)
    await report.stop()
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    expect(calls).toBe(1)
    expect(report.state().refreshes).toBe(0)
  })

  it('waits until the last call has ended', async () => {
    const events: string[] = []
    const report = await startReport(async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await new Promise((resolve) => setTimeout(resolve, 1000))
      events.push('call ended')
      return bad('tls')
    })
    await vi.advanceTimersByTimeAsync(1000)
    const stopped = report.stop().then(() => events.push('stopped'))
    await vi.advanceTimersByTimeAsync(1000)
    await stopped
    expect(events).toEqual(['call ended', 'stopped'])
  })

  it('ends the wait between two refreshes', async () => {
    const { report, starts } = await start([good])
    await vi.advanceTimersByTimeAsync(1000)
    await report.stop()
    await vi.advanceTimersByTimeAsync(60 * MINUTE)
    expect(starts).toEqual([0])
  })

  it('ends the wait for the calls of other reports', async () => {
    const { report } = await start([takes(60 * MINUTE)])
    const waiting = await start([good], { name: 'soporte', account: report.account })
    await vi.advanceTimersByTimeAsync(1000)
    await waiting.report.stop()
    expect(waiting.starts).toEqual([])
    expect(waiting.report.state()).toMatchObject({ requests: 0, refreshes: 0 })
  })
})
