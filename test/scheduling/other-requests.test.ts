import { describe, expect, it } from 'vitest'
import type { OtherRequests } from '../../src/model/storage-ports.ts'
import { expectedOthers, measureOthers } from '../../src/scheduling/other-requests.ts'

const HOUR = 3_600_000
const DAY = '2026-03-10'
// Bogotá's day begins at 05:00 UTC.
const MIDNIGHT = Date.parse('2026-03-10T05:00:00Z')
const at = (hours: number) => MIDNIGHT + hours * HOUR

function measure(accountCalls: number, own: number, hours: number, before?: OtherRequests) {
  return measureOthers(accountCalls, { day: DAY, count: own }, before, 'America/Bogota', at(hours))
}

describe('the requests of other programs', () => {
  it('are those of all programs without our own', () => {
    expect(measure(500, 200, 10)).toEqual({ day: DAY, count: 300, measuredAt: at(10), perHour: 30 })
  })

  it('are never below zero, also if some of our calls did not reach wolkvox', () => {
    expect(measure(190, 200, 10)).toMatchObject({ count: 0, perHour: 0 })
  })

  it('have the rate of the day, but not from a few minutes after midnight', () => {
    expect(measure(60, 10, 0.25)?.perHour).toBeCloseTo(50)
    expect(measure(60, 10, 5)?.perHour).toBeCloseTo(10)
  })

  it('have the rate since the measurement before, if it is higher', () => {
    const before = measure(0, 0, 8)
    expect(measure(110, 10, 9, before)?.perHour).toBeCloseTo(100)
    expect(measure(110, 10, 12, before)?.perHour).toBeCloseTo(25)
    // They have stopped.
    const busy = measure(100, 0, 9, before)
    expect(measure(100, 0, 10, busy)?.perHour).toBeCloseTo(10)
    // Measured more often than once an hour: the rate is at most what has come in that time.
    expect(measure(130, 0, 9.5, busy)?.perHour).toBeCloseTo(30)
  })

  it('have no rate since a measurement of yesterday', () => {
    const yesterday = { day: '2026-03-09', count: 0, measuredAt: at(-1), perHour: 0 }
    expect(measure(24, 0, 1, yesterday)?.perHour).toBeCloseTo(24)
  })

  it.each([
    ['just after midnight, when wolkvox may still report yesterday', 0.05],
    ['if the day has turned during the call', 24.5],
  ])('stay as before %s', (_when, hours) => {
    const before = { day: '2026-03-09', count: 7, measuredAt: at(-1), perHour: 1 }
    expect(measure(50_000, 1, hours, before)).toBe(before)
    expect(measure(50_000, 1, hours)).toBeUndefined()
  })

  it('are expected to continue at their rate', () => {
    const measured = { day: DAY, count: 300, measuredAt: at(10), perHour: 30 }
    expect(expectedOthers(measured, at(10))).toBe(300)
    expect(expectedOthers(measured, at(10.5))).toBe(315)
    expect(expectedOthers(measured, at(24))).toBe(720)
    // The clock was set back.
    expect(expectedOthers(measured, at(9))).toBe(300)
  })
})
