import { describe, expect, it } from 'vitest'
import { nextStart } from '../../src/refresh/schedule.ts'

describe('the next start', () => {
  it('is an interval after the start before, however long the refresh took', () => {
    expect(nextStart(1000, 300, 1000)).toBe(1300)
    expect(nextStart(1000, 300, 1299)).toBe(1300)
  })

  it('skips beats that a long refresh has missed', () => {
    expect(nextStart(1000, 300, 1300)).toBe(1600)
    expect(nextStart(1000, 300, 1950)).toBe(2200)
  })

  it('is not the start before when a timer ended a moment too early', () => {
    expect(nextStart(1000, 300, 999.5)).toBe(1300)
  })

  it('keeps to the beat over ten thousand refreshes', () => {
    let dueAt = 0
    for (let refresh = 1; refresh <= 10_000; refresh += 1) dueAt = nextStart(dueAt, 300_000, dueAt + 45_678)
    expect(dueAt).toBe(10_000 * 300_000)
  })
})
