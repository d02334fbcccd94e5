import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/refresh/attempt.ts'
import { initialState, withOutcome } from '../../src/refresh/state.ts'
import { logRefresh } from '../../src/telemetry/refresh-log.ts'
import { failureHints, failureReasons } from '../../src/wolkvox/failure.ts'
import { anOperation, momentAt } from '../support/helpers.ts'

const OPERATION = anOperation()

const NOTHING_REJECTED = { records: {}, values: {} }

const SUCCESS: Outcome = {
  ok: true,
  served: {
    fetchedAt: 0,
    records: 200,
    responseBytes: 1000,
    agentsByCategory: { ready: 200, talk: 0, ring: 0, acw: 0, aux: 0, logout: 0, unknown: 0 },
    page: [],
  },
  rejections: NOTHING_REJECTED,
}

function lineOf(outcome: Outcome, durationMs = 1234.5678): Record<string, unknown> {
  const lines: string[] = []
  const log = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) })
  logRefresh(log, withOutcome(initialState(OPERATION, [], 0), outcome, durationMs, momentAt(0)), outcome)
  expect(lines).toHaveLength(1)
  const [line = ''] = lines
  expect(line).not.toContain('test-token')
  return JSON.parse(line)
}

const INFO = 30
const WARN = 40

describe('the line about a refresh', () => {
  it('tells the operation, how long it took and what it brought', () => {
    expect(lineOf(SUCCESS)).toEqual({
      level: INFO,
      operation: 'ventas',
      duration_seconds: 1.235,
      records: 200,
      msg: 'refreshed',
    })
  })

  it.each(failureReasons)('warns of %s with what happened and what to do', (reason) => {
    const failure = { reason, message: 'this happened' }
    expect(lineOf({ ok: false, failure, rejections: NOTHING_REJECTED })).toEqual({
      level: WARN,
      operation: 'ventas',
      duration_seconds: 1.235,
      reason,
      ...(reason === 'quota_exceeded' && { next_refresh: '1970-01-01T00:00:00.000Z' }),
      msg: `refresh failed: this happened; ${failureHints[reason]}`,
    })
  })

  it.each([
    ['records', { records: { missing_id: 2, duplicate: 1 }, values: {} }, { rejected_records: 3 }],
    ['values', { records: {}, values: { calls: 1, acw_time: 4 } }, { rejected_values: 5 }],
  ])('counts the %s that were left out, together', (_, rejections, facts) => {
    const line = lineOf({ ...SUCCESS, rejections })
    expect(line).toMatchObject(facts)
    expect(Object.keys(line)).toHaveLength(6)
  })

  it('counts them after a failure too', () => {
    const failure = { reason: 'malformed', message: 'not one could be read' } as const
    expect(
      lineOf({ ok: false, failure, rejections: { records: { missing_id: 7 }, values: {} } }),
    ).toMatchObject({ reason: 'malformed', rejected_records: 7 })
  })

  it('rounds the duration to a thousandth of a second', () => {
    expect(lineOf(SUCCESS, 0.4).duration_seconds).toBe(0)
    expect(lineOf(SUCCESS, 61_234.4).duration_seconds).toBe(61.234)
  })
})

it('tells when the next call is due after quota_exceeded', () => {
  const failure = { reason: 'quota_exceeded', message: 'spent' } as const
  expect(lineOf({ ok: false, failure, rejections: NOTHING_REJECTED })).toMatchObject({
    next_refresh: '1970-01-01T00:00:00.000Z',
  })
})
