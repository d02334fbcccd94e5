import { describe, expect, it } from 'vitest'
import { Centre } from '../../src/simulator/centre/centre.ts'
import type { WolkvoxRecord } from '../../src/simulator/centre/report.ts'
import { day, hour } from '../../src/simulator/centre/time.ts'
import { centreAt, recordsOfCentre, toSeconds, worksToday } from './helpers.ts'

/** Times on three days, at irregular times of day, and just before and after each midnight. */
const times = [
  ...Array.from({ length: 110 }, (_, index) => 5 * hour + index * 2311),
  day - 1,
  day,
  day + 1,
  2 * day - 1,
  2 * day,
].sort((a, b) => a - b)

function workingRecordsAtAllTimes(agents: number): WolkvoxRecord[] {
  const centre = new Centre({ agents, seed: 7 })
  return times.flatMap((time) => {
    centre.advanceTo(time)
    return recordsOfCentre(centre).filter(worksToday)
  })
}

describe('the totals in the report', () => {
  const records = workingRecordsAtAllTimes(60)

  it('are checked on enough records', () => {
    expect(records.length).toBeGreaterThan(2000)
  })

  it('add up to the login time at all times', () => {
    for (const record of records) {
      const { ready_time, inbound_time, outbound_time, acw_time, aux_time } = record
      const parts = [ready_time, inbound_time, outbound_time, acw_time, aux_time].map(toSeconds)
      expect(parts.reduce((sum, part) => sum + part)).toBe(toSeconds(record.login_time))
    }
  })

  it('count as many calls as inbound, outbound and internal calls together', () => {
    for (const { calls, inbound, outbound, internal } of records) {
      expect(Number(inbound) + Number(outbound) + Number(internal)).toBe(Number(calls))
    }
  })

  it('give the average handle time: talk and after-call work per call', () => {
    for (const { inbound_time, outbound_time, acw_time, calls, aht_time } of records) {
      const busy = toSeconds(inbound_time) + toSeconds(outbound_time) + toSeconds(acw_time)
      const expected = calls === '0' ? 0 : Math.round(busy / Number(calls))
      expect(toSeconds(aht_time)).toBe(expected)
    }
  })

  it('give the occupancy: the same time per login time outside auxiliary states', () => {
    for (const { inbound_time, outbound_time, acw_time, login_time, aux_time, ocupation } of records) {
      const busy = toSeconds(inbound_time) + toSeconds(outbound_time) + toSeconds(acw_time)
      const available = toSeconds(login_time) - toSeconds(aux_time)
      expect(ocupation).toMatch(/^\d+(\.\d{1,2})? %$/)
      expect(Number.parseFloat(ocupation)).toBeCloseTo(available === 0 ? 0 : (100 * busy) / available, 1)
    }
  })

  it('include ring time in ready time', () => {
    for (const { ring_time, ready_time } of records) {
      expect(toSeconds(ring_time)).toBeLessThanOrEqual(toSeconds(ready_time))
    }
    expect(records.some(({ ring_time }) => toSeconds(ring_time) > 0)).toBe(true)
  })

  it('never decrease during a day', () => {
    const centre = centreAt('08:00', 40)
    let before = recordsOfCentre(centre)
    for (let second = 8 * hour; second < 20 * hour; second += 97) {
      centre.advanceTo(second)
      const now = recordsOfCentre(centre)
      for (const [index, record] of now.entries()) {
        const earlier = before[index]
        if (earlier === undefined || !worksToday(earlier)) continue
        expect(Number(record.calls)).toBeGreaterThanOrEqual(Number(earlier.calls))
        for (const field of ['ready_time', 'inbound_time', 'acw_time', 'aux_time', 'login_time'] as const) {
          expect(toSeconds(record[field])).toBeGreaterThanOrEqual(toSeconds(earlier[field]))
        }
      }
      before = now
    }
  })

  it('are empty after midnight', () => {
    const centre = new Centre({ agents: 50, seed: 1 })
    centre.advanceTo(day - 1)
    expect(recordsOfCentre(centre).filter(worksToday).length).toBeGreaterThan(40)
    centre.advanceTo(day)
    expect(recordsOfCentre(centre).filter(worksToday)).toEqual([])
  })

  it('grow with the current activity', () => {
    const centre = centreAt('10:30', 200)
    const before = recordsOfCentre(centre)
    centre.advanceTo(centre.now + 1)
    const unchanged = recordsOfCentre(centre)
      .map((record, index) => ({ record, earlier: before[index] }))
      .filter(
        ({ record, earlier }) => earlier !== undefined && record.time_state_now !== '0' && worksToday(record),
      )
    expect(unchanged.length).toBeGreaterThan(100)
    for (const { record, earlier } of unchanged) {
      expect(Number(record.time_state_now)).toBe(Number(earlier?.time_state_now) + 1)
      const loginIncrease = toSeconds(record.login_time) - toSeconds(earlier?.login_time ?? '')
      expect(loginIncrease).toBe(record.agent_status === 'Logout' ? 0 : 1)
    }
  })
})
