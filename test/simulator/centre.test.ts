import { describe, expect, it } from 'vitest'
import { Centre } from '../../src/simulator/centre/centre.ts'
import { day, hour, minute } from '../../src/simulator/centre/time.ts'
import { centreAt, recordsOf, toSeconds, worksToday } from './helpers.ts'

/** The occupancy of the whole centre: a ratio of sums, not a mean of ratios. */
function occupancyOf(centre: Centre): number {
  let busy = 0
  let available = 0
  for (const record of recordsOf(centre).filter(worksToday)) {
    busy += toSeconds(record.inbound_time) + toSeconds(record.outbound_time) + toSeconds(record.acw_time)
    available += toSeconds(record.login_time) - toSeconds(record.aux_time)
  }
  return busy / available
}

const loggedIn = (centre: Centre) => recordsOf(centre).filter(({ agent_status }) => agent_status !== 'Logout')

describe('a simulated day', () => {
  it('is the same for the same seed', () => {
    expect(recordsOf(centreAt('15:00', 50, 3))).toEqual(recordsOf(centreAt('15:00', 50, 3)))
  })

  it('is another for another seed', () => {
    expect(recordsOf(centreAt('15:00', 50, 3))).not.toEqual(recordsOf(centreAt('15:00', 50, 4)))
  })

  it('does not depend on the steps in which time is advanced, nor on being looked at', () => {
    const inOneStep = new Centre({ agents: 30, seed: 5 })
    const inManySteps = new Centre({ agents: 30, seed: 5 })
    const end = day + 11 * hour
    for (let second = 0; second < end; second += 37) {
      inManySteps.advanceTo(second)
      recordsOf(inManySteps)
    }
    inManySteps.advanceTo(end)
    inOneStep.advanceTo(end)
    expect(recordsOf(inManySteps)).toEqual(recordsOf(inOneStep))
  })

  it('is not changed by a moment that has gone by', () => {
    const centre = centreAt('12:00', 20)
    const before = recordsOf(centre)
    centre.advanceTo(11 * hour)
    expect(centre.now).toBe(12 * hour)
    expect(recordsOf(centre)).toEqual(before)
  })

  it('differs from the day before', () => {
    const centre = centreAt('12:00', 50)
    const first = recordsOf(centre)
    centre.advanceTo(day + 12 * hour)
    expect(recordsOf(centre)).not.toEqual(first)
  })

  it.each([
    { agents: 10, least: 0.62, most: 0.9 },
    { agents: 200, least: 0.75, most: 0.85 },
    { agents: 5000, least: 0.75, most: 0.85 },
  ])('keeps $agents agents about equally busy', ({ agents, least, most }) => {
    for (const seed of agents > 1000 ? [1] : [1, 2, 3, 4, 5]) {
      const occupancy = occupancyOf(centreAt('17:00', agents, seed))
      expect(occupancy).toBeGreaterThan(least)
      expect(occupancy).toBeLessThan(most)
    }
  })

  it('finds every kind of state in its middle', () => {
    const states = new Set(recordsOf(centreAt('10:30', 200)).map(({ agent_status }) => agent_status))
    expect([...states]).toEqual(
      expect.arrayContaining(['READY', 'TALK', 'RING', 'ACW', 'Logout', 'Almuerzo', 'Break']),
    )
  })

  it('passes through each state that this centre knows, and no other', () => {
    const centre = centreAt('06:00', 200)
    const states = new Set<string>()
    for (let second = 6 * hour; second < 21 * hour; second += minute) {
      centre.advanceTo(second)
      for (const { agent_status } of recordsOf(centre)) states.add(agent_status)
    }
    expect([...states].sort()).toEqual(
      [
        'ACW',
        'Almuerzo',
        'Baño',
        'Break',
        'Capacitación',
        'Logout',
        'Pausa activa',
        'READY',
        'RING',
        'Reunión',
        'TALK',
      ].sort(),
    )
  })

  it('sees all three directions of calls', () => {
    const records = recordsOf(centreAt('17:00', 50))
    for (const field of ['inbound', 'outbound', 'internal'] as const) {
      expect(records.some((record) => Number(record[field]) > 0)).toBe(true)
    }
  })

  it('has nobody at work in the night', () => {
    const centre = new Centre({ agents: 500, seed: 2 })
    for (const night of [3 * hour, 23.5 * hour, day + 3 * hour, day + 23.5 * hour]) {
      centre.advanceTo(night)
      expect(loggedIn(centre)).toEqual([])
    }
  })

  it('begins in the morning, is fullest when shifts overlap, thins out in the evening', () => {
    const centre = new Centre({ agents: 200, seed: 1 })
    const staff = [5.5, 7, 13.5, 21, 23].map((time) => {
      centre.advanceTo(time * hour)
      return loggedIn(centre).length
    })
    expect(staff[0]).toBe(0)
    expect(staff[1]).toBeGreaterThan(60)
    expect(staff[2]).toBeGreaterThan(150)
    expect(staff[3]).toBeLessThan(60)
    expect(staff[4]).toBe(0)
  })

  it('brings the calls of each hour along a curve with two peaks', () => {
    const centre = new Centre({ agents: 2000, seed: 1 })
    const callsTaken = () => recordsOf(centre).reduce((sum, { inbound }) => sum + Number(inbound), 0)
    const perAgentBetween = (from: number, to: number) => {
      centre.advanceTo(from * hour)
      const before = callsTaken()
      centre.advanceTo(((from + to) / 2) * hour)
      const staff = recordsOf(centre).filter(({ agent_status }) =>
        ['READY', 'TALK', 'ACW', 'RING'].includes(agent_status),
      ).length
      centre.advanceTo(to * hour)
      return (callsTaken() - before) / staff
    }
    const [early = 0, lateMorning = 0, evening = 0] = [
      perAgentBetween(7, 8),
      perAgentBetween(10.5, 11.5),
      perAgentBetween(19, 20),
    ]
    expect(lateMorning).toBeGreaterThan(early)
    expect(lateMorning).toBeGreaterThan(evening)
  })

  it('lets the agent ring who has been ready longest', () => {
    const centre = centreAt('09:30', 60)
    let ringsSeen = 0
    for (let before = recordsOf(centre); centre.now < 12 * hour; before = recordsOf(centre)) {
      centre.advanceTo(centre.now + 1)
      const now = recordsOf(centre)
      const readyBefore = (index: number) =>
        before[index]?.agent_status === 'READY' ? Number(before[index].time_state_now) : undefined
      const called = now.flatMap(({ agent_status, time_state_now }, index) =>
        agent_status === 'RING' && time_state_now === '0' ? [readyBefore(index) ?? 0] : [],
      )
      const passedOver = now.flatMap(({ agent_status, time_state_now }, index) =>
        agent_status === 'READY' && time_state_now !== '0' ? [readyBefore(index) ?? 0] : [],
      )
      ringsSeen += called.length
      if (called.length > 0 && passedOver.length > 0) {
        expect(Math.min(...called)).toBeGreaterThanOrEqual(Math.max(...passedOver))
      }
    }
    expect(ringsSeen).toBeGreaterThan(500)
  })

  it('passes a missed call on to another agent, the one who missed it being ready again', () => {
    const centre = centreAt('09:30', 60)
    let missed = 0
    for (let before = recordsOf(centre); centre.now < 12 * hour; before = recordsOf(centre)) {
      centre.advanceTo(centre.now + 1)
      const now = recordsOf(centre)
      const since = (state: string, holds: (seconds: number) => boolean) =>
        now.some(
          ({ agent_status, time_state_now }) => agent_status === state && holds(Number(time_state_now)),
        )
      for (const [index, record] of now.entries()) {
        // 20 seconds is what a call rings that nobody takes; callers who hang up mostly do so sooner.
        const rangOut = before[index]?.agent_status === 'RING' && before[index].time_state_now === '19'
        if (!rangOut) continue
        missed += 1
        expect(record.agent_status).not.toBe('TALK')
        expect(record.inbound).toBe(before[index]?.inbound)
        const othersAreReady = since('READY', (seconds) => seconds > 0)
        if (record.agent_status === 'READY' && othersAreReady) {
          expect(since('RING', (seconds) => seconds === 0)).toBe(true)
        }
      }
    }
    expect(missed).toBeGreaterThan(5)
  })

  it('takes agents from talk to after-call work, unless the call was internal', () => {
    const centre = centreAt('10:00', 60)
    let internalOnes = 0
    for (let before = recordsOf(centre); centre.now < 11 * hour; before = recordsOf(centre)) {
      centre.advanceTo(centre.now + 1)
      for (const [index, record] of recordsOf(centre).entries()) {
        const earlier = before[index]
        if (earlier?.agent_status !== 'TALK' || record.agent_status === 'TALK') continue
        if (record.agent_status === 'ACW') continue
        internalOnes += 1
        // The last second of the call went where internal calls go.
        expect(toSeconds(record.inbound_time) + toSeconds(record.outbound_time)).toBe(
          toSeconds(earlier.inbound_time) + toSeconds(earlier.outbound_time),
        )
        expect(toSeconds(record.aux_time)).toBe(toSeconds(earlier.aux_time) + 1)
      }
    }
    expect(internalOnes).toBeGreaterThan(3)
  })

  it('is simulated quickly: the morning of 5,000 agents within seconds on any machine', () => {
    const begun = performance.now()
    centreAt('10:30', 5000)
    expect(performance.now() - begun).toBeLessThan(5000)
  })
})
