import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { RefreshEvents } from '../../src/scheduling/refresher.ts'
import { initialState, withData, withOutcome } from '../../src/scheduling/state.ts'
import { refreshLog } from '../../src/telemetry/refresh-log.ts'
import { failureHints, failureReasons } from '../../src/wolkvox/failure.ts'
import { failedOutcome, type Outcome } from '../../src/worker/outcome.ts'
import { aRenderedSnapshot, aSuccess, momentAt } from '../../tools/fixtures.ts'

const BEFORE = initialState(
  'ventas',
  { name: 'agents', refreshIntervalMs: 300_000, staleAfterMs: 900_000 },
  0,
)

/** The only line that is logged. */
function lineBy(use: (events: RefreshEvents) => void): Record<string, unknown> {
  const lines: string[] = []
  const log = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) })
  use(refreshLog(log))
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] ?? '')
}

const lineOf = (outcome: Outcome, durationMs = 1234.5678) =>
  lineBy(({ onRefreshed }) => onRefreshed(withOutcome(BEFORE, outcome, durationMs, momentAt(0)), outcome))

const INFO = 30
const WARN = 40

describe('the line about a refresh', () => {
  it('contains operation, report, duration and number of records', () => {
    expect(lineOf(aSuccess())).toEqual({
      level: INFO,
      operation: 'ventas',
      report: 'agents',
      duration_seconds: 1.235,
      records: 200,
      msg: 'refreshed',
    })
  })

  it.each(failureReasons)('is a warning for %s, with the problem and a hint', (reason) => {
    expect(lineOf(failedOutcome(reason, 'the problem'))).toEqual({
      level: WARN,
      operation: 'ventas',
      report: 'agents',
      duration_seconds: 1.235,
      reason,
      problem: 'the problem',
      hint: failureHints[reason],
      ...(reason === 'quota_exceeded' && { next_refresh: '1970-01-01T00:00:00.000Z' }),
      msg: 'refresh failed',
    })
  })

  it.each([
    ['records', { records: { missing_id: 2, duplicate: 1 }, values: {} }, { rejected_records: 3 }],
    ['values', { records: {}, values: { calls: 1, acw_time: 4 } }, { rejected_values: 5 }],
  ])('counts rejected %s together', (_, rejections, fields) => {
    const line = lineOf(aSuccess({}, rejections))
    expect(line).toMatchObject(fields)
    expect(Object.keys(line)).toHaveLength(7)
  })

  it('also counts them after a failure', () => {
    const rejections = { records: { missing_id: 7 }, values: {} }
    expect(lineOf(failedOutcome('malformed', 'no record could be read', rejections))).toMatchObject({
      reason: 'malformed',
      rejected_records: 7,
    })
  })

  it('rounds the duration to a thousandth of a second', () => {
    expect(lineOf(aSuccess(), 0.4).duration_seconds).toBe(0)
    expect(lineOf(aSuccess(), 61_234.4).duration_seconds).toBe(61.234)
  })
})

it('a retry is logged with the reason and the delay, rounded up', () => {
  const failure = { reason: 'timeout', message: 'the problem' } as const
  expect(lineBy(({ onRetry }) => onRetry(BEFORE, failure, 4321))).toEqual({
    level: INFO,
    operation: 'ventas',
    report: 'agents',
    reason: 'timeout',
    problem: 'the problem',
    retry_in: '5s',
    msg: 'call failed; retrying',
  })
})

describe('the line about a resumed report', () => {
  it('contains the next refresh', () => {
    expect(lineBy(({ onResumed }) => onResumed(BEFORE, 240_000))).toEqual({
      level: INFO,
      operation: 'ventas',
      report: 'agents',
      next_refresh_in: '4m',
      msg: 'resumed stored schedule',
    })
  })

  it('contains the restored data', () => {
    const fetchedAt = Date.UTC(2026, 0, 2, 15)
    const state = withData(BEFORE, aRenderedSnapshot({ fetchedAt, records: 12 }), momentAt(fetchedAt))
    expect(lineBy(({ onResumed }) => onResumed(state, 0))).toEqual({
      level: INFO,
      operation: 'ventas',
      report: 'agents',
      next_refresh_in: '0s',
      records: 12,
      fetched: '2026-01-02T15:00:00.000Z',
      msg: 'restored stored data',
    })
  })
})
