import { describe, expect, it } from 'vitest'
import { SimulatedAgent } from '../../src/simulator/centre/agent.ts'
import { formatPercentage, recordLimit, reportOf } from '../../src/simulator/centre/report.ts'
import { day, formatHhMmSs, hour, parseTimeOfDay } from '../../src/simulator/centre/time.ts'
import { centreAt, recordsOfCentre, worksToday } from './helpers.ts'

const documentedFields = [
  'agent_id',
  'agent_name',
  'agent_status',
  'calls',
  'inbound',
  'outbound',
  'internal',
  'time_state_now',
  'ready_time',
  'inbound_time',
  'outbound_time',
  'acw_time',
  'ring_time',
  'login_time',
  'aht_time',
  'ocupation',
  'aux_time',
]

describe('a record', () => {
  const records = recordsOfCentre(centreAt('10:30', 200))

  it('always has the 17 documented fields in the documented order', () => {
    expect(records.some(worksToday)).toBe(true)
    expect(records.every(worksToday)).toBe(false)
    for (const record of records) expect(Object.keys(record)).toEqual(documentedFields)
  })

  it('contains only strings', () => {
    for (const record of records) {
      for (const value of Object.values(record)) expect(value).toBeTypeOf('string')
    }
  })

  it('writes counts as digits, the time in state as seconds, the other times as HH:MM:SS', () => {
    for (const record of records.filter(worksToday)) {
      for (const field of ['calls', 'inbound', 'outbound', 'internal', 'time_state_now'] as const) {
        expect(record[field]).toMatch(/^\d+$/)
      }
      for (const [field, value] of Object.entries(record)) {
        if (field.endsWith('_time')) expect(value).toMatch(/^\d{2,}:[0-5]\d:[0-5]\d$/)
      }
    }
  })

  it('shows agents not logged in today as Logout without daily values', () => {
    for (const record of records.filter((other) => !worksToday(other))) {
      expect(record.agent_status).toBe('Logout')
      expect(record.time_state_now).toBe(String(10.5 * 3600))
      for (const field of ['calls', 'inbound', 'outbound', 'internal'] as const)
        expect(record[field]).toBe('')
      for (const field of documentedFields.slice(8))
        expect(Object.entries(record)).toContainEqual([field, '-'])
    }
  })

  it('keeps the totals of an agent after the shift', () => {
    const loggedOut = recordsOfCentre(centreAt('16:00', 200)).filter(
      (record) => record.agent_status === 'Logout' && worksToday(record),
    )
    expect(loggedOut.length).toBeGreaterThan(20)
    for (const { calls } of loggedOut) expect(Number(calls)).toBeGreaterThan(0)
  })

  it('names agents after animals and has ids from 1001', () => {
    expect(records.slice(0, 4).map(({ agent_id, agent_name }) => `${agent_id} ${agent_name}`)).toEqual([
      '1001 Cóndor 001',
      '1002 Colibrí 002',
      '1003 Ñandú 003',
      '1004 Águila 004',
    ])
    expect(new Set(records.map(({ agent_id }) => agent_id)).size).toBe(200)
    expect(new Set(records.map(({ agent_name }) => agent_name)).size).toBe(200)
  })
})

describe('the report', () => {
  it('has at most 60,000 records', () => {
    const agents = Array.from(
      { length: recordLimit + 1 },
      (_, index) => new SimulatedAgent(String(index), ''),
    )
    expect(reportOf(agents, 0)).toHaveLength(60_000)
  })
})

describe('parseTimeOfDay', () => {
  it.each([
    ['00:00', 0],
    ['10:30', 10.5 * hour],
    ['23:59', day - 60],
  ])('parses %s as %d seconds', (text, seconds) => {
    expect(parseTimeOfDay(text)).toBe(seconds)
  })

  it.each(['24:00', '10:60', '9:30', '1030', ''])('rejects %j', (text) => {
    expect(() => parseTimeOfDay(text)).toThrow(RangeError)
  })
})

describe('value formats', () => {
  it.each([
    [0, '0 %'],
    [0.3464, '34.64 %'],
    [0.5, '50 %'],
    [1, '100 %'],
    [152.333_33, '15,233.33 %'],
  ])('writes the ratio %d as %s', (ratio, text) => {
    expect(formatPercentage(ratio)).toBe(text)
  })

  it.each([
    [0, '00:00:00'],
    [59, '00:00:59'],
    [3661, '01:01:01'],
    [100 * 3600 - 1, '99:59:59'],
    [100 * 3600, '100:00:00'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatHhMmSs(seconds)).toBe(text)
  })
})
