import { describe, expect, it } from 'vitest'
import { failedOutcome, type Outcome } from '../../src/model/outcome.ts'
import {
  initialState,
  isEveryOperationReady,
  type ReportState,
  withData,
  withFailedAttempt,
  withOutcome,
  withRefreshInProgress,
  withRequest,
} from '../../src/scheduling/state.ts'
import { anOperation, aSuccess, momentAt } from '../../tools/fixtures.ts'

const settings = { name: 'agents', refreshIntervalMs: 300_000, staleAfterMs: 900_000 }
const before = initialState('ventas', settings, 0)
const timeout = failedOutcome('timeout', 'the problem')

/** A refresh that sends this number of requests and ends at this time. */
function refreshed(state: ReportState, outcome: Outcome, at: number, requests = 1): ReportState {
  let current = withRefreshInProgress(state, at)
  for (let sent = 0; sent < requests; sent += 1) current = withRequest(current)
  return withOutcome(current, outcome, 1000, momentAt(at))
}

describe('the history of a report', () => {
  it('has what a good refresh brought', () => {
    const rejections = { records: { duplicate: 2, missing_id: 1 }, values: { calls: 4 } }
    const outcome = {
      ...aSuccess({ records: 200, rows: 197 }, rejections),
      received: { status: 200, bytes: 5000 },
    }
    expect(refreshed(before, outcome, 10_000, 2).history).toEqual([
      {
        startedAt: 9000,
        durationMs: 1000,
        requests: 2,
        failure: undefined,
        received: { status: 200, bytes: 5000 },
        records: 200,
        rows: 197,
        rejectedRecords: 3,
        rejectedValues: 4,
      },
    ])
  })

  it('has why a refresh failed', () => {
    const outcome = { ...failedOutcome('forbidden', 'the problem'), received: { status: 403, bytes: 80 } }
    expect(refreshed(before, outcome, 10_000).history).toEqual([
      expect.objectContaining({
        failure: { reason: 'forbidden', message: 'the problem' },
        received: { status: 403, bytes: 80 },
        records: undefined,
        rows: undefined,
      }),
    ])
  })

  it('counts the requests of each refresh, and none if the quota allowed none', () => {
    const states = [3, 1, 0].reduce((state, requests) => refreshed(state, timeout, 10_000, requests), before)
    expect(states.history.map(({ requests }) => requests)).toEqual([0, 1, 3])
  })

  it('keeps the last 20 refreshes, newest first, and changes no earlier state', () => {
    let state = before
    const states = Array.from({ length: 25 }, (_, index) => {
      state = refreshed(state, timeout, 1000 + index)
      return state
    })
    expect(state.history.map(({ startedAt }) => startedAt)).toEqual(
      Array.from({ length: 20 }, (_, index) => 24 - index),
    )
    expect(states.map(({ history }) => history.length)).toEqual(
      Array.from({ length: 25 }, (_, index) => Math.min(20, index + 1)),
    )
  })
})

describe('the beginning of failures', () => {
  it('is the start of the first failure since the last success', () => {
    const once = refreshed(before, timeout, 10_000)
    const twice = refreshed(once, timeout, 20_000)
    const recovered = refreshed(twice, aSuccess(), 30_000)
    const again = refreshed(recovered, timeout, 40_000)
    expect([before, once, twice, recovered, again].map(({ failingSince }) => failingSince)).toEqual([
      undefined,
      9000,
      9000,
      undefined,
      39_000,
    ])
  })
})

describe('every operation is ready', () => {
  const state = (names: readonly string[], reports: readonly ReportState[]) => ({
    accounts: [],
    operations: names.map((name) => ({
      operation: anOperation({ name }),
      account: name,
      storageFailures: 0,
    })),
    reports,
  })
  const waiting = (operation: string, name = 'agents') => initialState(operation, { ...settings, name }, 0)

  it('once one report of each has ended a call, successful or not, or has data', () => {
    const reports = [
      refreshed(waiting('success'), aSuccess(), 10_000),
      refreshed(waiting('failure'), timeout, 10_000),
      withFailedAttempt(waiting('retrying')),
      withData(waiting('restored'), aSuccess().rendered, momentAt(10_000)),
    ]
    const names = reports.map(({ operation }) => operation)
    expect(isEveryOperationReady(state(names, reports))).toBe(true)
    const queued = names.map((operation) => waiting(operation, 'skills'))
    expect(isEveryOperationReady(state(names, [...queued, ...reports]))).toBe(true)
    for (const missing of reports) {
      const others = reports.filter((report) => report !== missing)
      expect(isEveryOperationReady(state(names, [...queued, ...others]))).toBe(false)
    }
  })

  it('if there are none, as on a shard without accounts', () => {
    expect(isEveryOperationReady(state([], []))).toBe(true)
  })
})
