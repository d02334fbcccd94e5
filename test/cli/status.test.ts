import { describe, expect, it } from 'vitest'
import { describeStatus } from '../../src/cli/status.ts'
import {
  initialState,
  type ReportState,
  withNextRefresh,
  withOutcome,
  withRefreshInProgress,
} from '../../src/scheduling/state.ts'
import { failedOutcome } from '../../src/worker/outcome.ts'
import { anAccountState, anOperation, aSuccess, momentAt } from '../../tools/fixtures.ts'

const NOW = Date.UTC(2026, 0, 2, 15)

const settings = { name: 'agents', refreshIntervalMs: 300_000, staleAfterMs: 900_000 }
const before = initialState('ventas', settings, NOW)

const success = aSuccess({ fetchedAt: NOW, records: 12, rows: 11 })
const failure = failedOutcome('timeout', 'the request took too long')

const statusWith = (reports: readonly ReportState[], now: number) => {
  const operations = [{ operation: anOperation(), account: '0042', storageFailures: 0 }]
  return describeStatus('1.2.3', '/m', { accounts: [anAccountState()], operations, reports }, momentAt(now))
}

const rowOf = (state: ReportState, now: number) => statusWith([state], now).reports[0]

describe('the row of a report', () => {
  it('shows that the first refresh is in progress', () => {
    expect(rowOf(withRefreshInProgress(before, NOW), NOW)?.status).toBe('in progress')
  })

  it('shows that no refresh has begun, for example after a restart', () => {
    expect(rowOf(before, NOW)).toEqual({
      operation: 'ventas',
      report: 'agents',
      status: 'none since startup',
      data: 'none yet',
      nextRefresh: 'in 0s',
    })
  })

  it('shows the age of the data after a success, and the time until the next refresh', () => {
    const state = withNextRefresh(withOutcome(before, success, 1234, momentAt(NOW)), NOW + 300_000)
    expect(rowOf(state, NOW + 12_000)).toEqual({
      operation: 'ventas',
      report: 'agents',
      status: 'ok, took 1.23 s',
      data: '11 records, 12s old',
      nextRefresh: 'in 4m48s',
    })
  })

  it('shows why there is no data', () => {
    expect(rowOf(withOutcome(before, failure, 1, momentAt(NOW)), NOW)).toMatchObject({
      status: expect.stringMatching(/^failed \(timeout\): the request took too long; .+ raise the timeout$/),
      data: 'none yet',
    })
  })

  it('shows the data that is still served after a failure', () => {
    const state = withOutcome(withOutcome(before, success, 1, momentAt(NOW)), failure, 1, momentAt(NOW))
    expect(rowOf(state, NOW + 900_000)?.data).toBe('11 records, 15m old')
    expect(rowOf(state, NOW + 901_000)?.data).toBe('11 records, 15m1s old: stale, series removed')
  })

  it('counts a single record as 1 record', () => {
    const state = withOutcome(before, aSuccess({ fetchedAt: NOW, records: 1, rows: 1 }), 1, momentAt(NOW))
    expect(rowOf(state, NOW)?.data).toBe('1 record, 0s old')
  })

  it('never shows negative durations when a refresh is overdue or the clock was set back', () => {
    const state = withNextRefresh(withOutcome(before, success, 1, momentAt(NOW)), NOW - 5000)
    expect(rowOf(state, NOW - 3000)).toMatchObject({ data: '11 records, 0s old', nextRefresh: 'in 0s' })
  })
})

it('has a row for each report of each operation, and never contains the token', () => {
  const states = [
    before,
    initialState('ventas', { ...settings, name: 'token_info' }, NOW),
    initialState('soporte', settings, NOW),
  ]
  const status = statusWith(states, NOW)
  expect(status.reports.map(({ operation, report }) => `${operation} ${report}`)).toEqual([
    'ventas agents',
    'ventas token_info',
    'soporte agents',
  ])
  expect([status.version, status.telemetryPath]).toEqual(['1.2.3', '/m'])
  expect(JSON.stringify(status)).not.toContain('test-token')
})
