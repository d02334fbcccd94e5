import { describe, expect, it } from 'vitest'
import { dayAt } from '../../src/refresh/day.ts'

describe("the operation's day", () => {
  it.each([
    ['America/Bogota', '2026-03-10T04:59:59Z', '2026-03-09'],
    ['America/Bogota', '2026-03-10T05:00:00Z', '2026-03-10'],
    ['America/Mexico_City', '2026-03-10T05:59:59Z', '2026-03-09'],
    ['America/Mexico_City', '2026-03-10T06:00:00Z', '2026-03-10'],
    ['Europe/Madrid', '2026-03-28T22:59:59Z', '2026-03-28'],
    ['Europe/Madrid', '2026-03-28T23:00:00Z', '2026-03-29'],
    // The clock has changed: midnight comes an hour earlier.
    ['Europe/Madrid', '2026-03-29T21:59:59Z', '2026-03-29'],
    ['Europe/Madrid', '2026-03-29T22:00:00Z', '2026-03-30'],
  ])('in %s at %s is %s', (timeZone, moment, day) => {
    expect(dayAt(Date.parse(moment), timeZone)).toBe(day)
  })
})
