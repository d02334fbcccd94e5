import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { failedOutcome, type Outcome } from '../../src/model/outcome.ts'
import type { RefreshEvents } from '../../src/scheduling/refresher.ts'
import { initialState, withData, withOutcome } from '../../src/scheduling/state.ts'
import { createRefreshLog } from '../../src/telemetry/refresh-log.ts'
import { failureHints, failureReasons } from '../../src/wolkvox/failure.ts'
import { aRenderedSnapshot, aSuccess, momentAt } from '../../tools/fixtures.ts'

const BEFORE = initialState(
  'ventas',
  { name: 'agents', refreshIntervalMs: 300_000, staleAfterMs: 900_000 },
  0,
)

/** What the events log, with the clock at the number of milliseconds that the test sets. */
function logOf(use: (events: RefreshEvents, setClock: (ms: number) => void) => void, level = 'trace') {
  const lines: Record<string, unknown>[] = []
  const log = pino({ base: null, timestamp: false, level }, { write: (line) => lines.push(JSON.parse(line)) })
  let ms = 0
  use(
    createRefreshLog(log, () => momentAt(ms)),
    (to) => {
      ms = to
    },
  )
  return lines
}

/** The only line that is logged. */
function lineBy(use: (events: RefreshEvents) => void): Record<string, unknown> {
  const lines = logOf(use)
  expect(lines).toHaveLength(1)
  return lines[0] ?? {}
}

/** The lines about refreshes, one every five minutes. */
function linesOf(outcomes: readonly Outcome[], level = 'trace') {
  return logOf(({ onRefreshed }, setClock) => {
    for (const [index, outcome] of outcomes.entries()) {
      setClock(index * 300_000)
      onRefreshed(withOutcome(BEFORE, outcome, 1234.5678, momentAt(index * 300_000)), outcome)
    }
  }, level)
}

const lineOf = (outcome: Outcome, durationMs = 1234.5678) =>
  lineBy(({ onRefreshed }) => onRefreshed(withOutcome(BEFORE, outcome, durationMs, momentAt(0)), outcome))

const DEBUG = 20
const INFO = 30
const WARN = 40

const repeat = (count: number, outcome: Outcome) => Array.from({ length: count }, () => outcome)

const timeout = failedOutcome('timeout', 'the problem')

describe('the lines about calls that wait for other calls of the account', () => {
  const turns = (waits: readonly number[], level = 'trace') =>
    logOf(({ onTurn }, setClock) => {
      for (const [index, waitedMs] of waits.entries()) {
        setClock(index * 300_000)
        onTurn(BEFORE, waitedMs)
      }
    }, level)

  it('are none for a wait of up to the interval', () => {
    expect(turns([0, 299_999, 300_000])).toEqual([])
  })

  it('say how long a call has waited, and when the calls are in time again', () => {
    const about = { operation: 'ventas', report: 'agents' }
    expect(turns([420_000, 301_000, 1000])).toEqual([
      { ...about, level: WARN, waited: '7m', failures: 1, msg: 'call delayed' },
      {
        ...about,
        level: DEBUG,
        waited: '5m1s',
        failures: 2,
        failing_for: '5m',
        msg: 'call delayed',
      },
      {
        ...about,
        level: INFO,
        waited: '1s',
        failures: 2,
        failing_for: '10m',
        msg: 'calls no longer delayed',
      },
    ])
  })
})

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

  it('is at debug after the first success', () => {
    const lines = linesOf(repeat(3, aSuccess()))
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [INFO, 'refreshed'],
      [DEBUG, 'refreshed'],
      [DEBUG, 'refreshed'],
    ])
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
      failures: 1,
      msg: 'refresh failed',
    })
  })

  it('contains what was rejected, also after a failure', () => {
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

describe('a failure that lasts three hours', () => {
  const lines = linesOf([aSuccess(), ...repeat(36, timeout), aSuccess(), aSuccess()])
  const linesAt = (level: number) => lines.filter((line) => line.level === level)

  it('is a warning at its beginning and once an hour, with the number of failures', () => {
    expect(linesAt(WARN)).toEqual([
      expect.objectContaining({ msg: 'refresh failed', failures: 1 }),
      expect.objectContaining({ msg: 'refresh failed', failures: 13, failing_for: '1h', suppressed: 11 }),
      expect.objectContaining({ msg: 'refresh failed', failures: 25, failing_for: '2h', suppressed: 11 }),
    ])
  })

  it('ends with one line at info that says how long it lasted', () => {
    expect(linesAt(INFO)).toEqual([
      expect.objectContaining({ msg: 'refreshed' }),
      {
        level: INFO,
        operation: 'ventas',
        report: 'agents',
        duration_seconds: 1.235,
        records: 200,
        failures: 36,
        failing_for: '3h',
        msg: 'refresh recovered',
      },
    ])
  })

  it('has every other line at debug', () => {
    expect(linesAt(DEBUG)).toHaveLength(lines.length - 5)
  })

  it('does not hide the failures of another report', () => {
    const other = initialState('soporte', BEFORE.settings, 0)
    const logged = logOf(({ onRefreshed }) => {
      for (const state of [BEFORE, BEFORE, other])
        onRefreshed(withOutcome(state, timeout, 1, momentAt(0)), timeout)
    }, 'warn')
    expect(logged.map(({ operation }) => operation)).toEqual(['ventas', 'soporte'])
  })
})

describe('data that is rejected', () => {
  const rejections = { records: { missing_id: 2, duplicate: 1 }, values: { calls: 1, acw_time: 4 } }
  const partial = aSuccess({}, rejections)

  it('costs a warning that counts it and names reasons and fields', () => {
    expect(linesOf([partial], 'warn')).toEqual([
      {
        level: WARN,
        operation: 'ventas',
        report: 'agents',
        rejected_records: 3,
        rejected_values: 5,
        reasons: ['missing_id', 'duplicate'],
        fields: ['calls', 'acw_time'],
        failures: 1,
        msg: 'data rejected',
      },
    ])
  })

  it('has a hint if there are dates in the future', () => {
    const values = { 'by_agent.last_date': 2 }
    expect(linesOf([aSuccess({}, { records: {}, values, futureDates: 1 })], 'warn')).toEqual([
      expect.objectContaining({
        msg: 'data rejected',
        hint: 'dates are in the future; check the time zone (WOLKVOX_TIMEZONE, timezone in a file) and the clock',
      }),
    ])
  })

  it('is a warning once an hour, and one line when it ends', () => {
    const lines = linesOf([...repeat(25, partial), aSuccess(), aSuccess()], 'info')
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [INFO, 'refreshed'],
      [WARN, 'data rejected'],
      [WARN, 'data rejected'],
      [WARN, 'data rejected'],
      [INFO, 'data no longer rejected'],
    ])
  })

  it('is a warning at once if another field is rejected', () => {
    const lines = linesOf([aSuccess({}, { records: {}, values: { calls: 1 } }), partial], 'warn')
    expect(lines).toHaveLength(2)
  })
})

describe('fields that no record has', () => {
  const renamed: Outcome = { ...aSuccess(), missingFields: ['calls', 'acw_time'] }

  it('cost a warning that names them', () => {
    expect(linesOf([renamed], 'warn')).toEqual([
      {
        level: WARN,
        operation: 'ventas',
        report: 'agents',
        fields: ['calls', 'acw_time'],
        failures: 1,
        msg: 'fields missing',
      },
    ])
  })

  it('are a warning once an hour, and one line when they are back', () => {
    const lines = linesOf([...repeat(25, renamed), aSuccess(), aSuccess()], 'info')
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [INFO, 'refreshed'],
      [WARN, 'fields missing'],
      [WARN, 'fields missing'],
      [WARN, 'fields missing'],
      [INFO, 'fields no longer missing'],
    ])
  })

  it('are a warning at once if another field is missing', () => {
    const calls: Outcome = { ...aSuccess(), missingFields: ['calls'] }
    expect(linesOf([calls, renamed], 'warn')).toHaveLength(2)
  })
})

describe('agent ids that seem to be personal', () => {
  const personal: Outcome = { ...aSuccess(), privacyProblem: 'ids contain names' }

  it('are a warning with what to do', () => {
    expect(linesOf([personal], 'warn')).toMatchObject([
      {
        operation: 'ventas',
        report: 'agents',
        problem: 'ids contain names',
        hint: 'set WOLKVOX_AGENT_ID (agent_id in a file) to hash',
        msg: 'agent ids are personal data',
      },
    ])
  })

  it('are a warning once, and again if they come back or the problem changes', () => {
    const other: Outcome = { ...aSuccess(), privacyProblem: 'ids look like national identity numbers' }
    expect(linesOf([personal, personal, personal], 'warn')).toHaveLength(1)
    expect(linesOf([personal, aSuccess(), personal, other, other], 'warn')).toHaveLength(3)
  })
})

it.each([
  ['a warning in the first refresh since the start', BEFORE, WARN],
  ['at debug afterwards', withOutcome(BEFORE, timeout, 1000, momentAt(0)), DEBUG],
])('a retry is %s, with the reason and the delay, rounded up', (_what, state, level) => {
  const failure = { reason: 'timeout', message: 'the problem' } as const
  expect(lineBy(({ onRetry }) => onRetry(state, failure, 4321))).toEqual({
    level,
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

it('what the log has said about a report ends when the configuration no longer has it', () => {
  const outcome = aSuccess()
  const refreshed = withOutcome(BEFORE, outcome, 1, momentAt(0))
  const lines = logOf(({ onRefreshed, onRemoved }) => {
    onRefreshed(refreshed, outcome)
    onRefreshed(refreshed, outcome)
    onRemoved(refreshed)
    onRefreshed(refreshed, outcome)
  })
  expect(lines.map(({ level }) => level)).toEqual([INFO, DEBUG, INFO])
})
