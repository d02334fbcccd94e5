import { describe, expect, it } from 'vitest'
import { activities } from '../../src/simulator/centre/agent.ts'
import { Centre } from '../../src/simulator/centre/centre.ts'
import { day, hour, minute } from '../../src/simulator/centre/time.ts'
import { centreAt, oneSkill, recordsOfCentre, toSeconds, worksToday } from '../simulator/helpers.ts'

/** The occupancy of the whole centre: the ratio of the sums, not the mean of the ratios. */
function occupancyOf(centre: Centre): number {
  let busy = 0
  let available = 0
  for (const record of recordsOfCentre(centre).filter(worksToday)) {
    busy += toSeconds(record.inbound_time) + toSeconds(record.outbound_time) + toSeconds(record.acw_time)
    available += toSeconds(record.login_time) - toSeconds(record.aux_time)
  }
  return busy / available
}

const loggedIn = (centre: Centre) =>
  recordsOfCentre(centre).filter(({ agent_status }) => agent_status !== 'Logout')

describe('a simulated day', () => {
  it('is the same for the same seed', () => {
    expect(recordsOfCentre(centreAt('15:00', 50, 3))).toEqual(recordsOfCentre(centreAt('15:00', 50, 3)))
  })

  it('differs between seeds', () => {
    expect(recordsOfCentre(centreAt('15:00', 50, 3))).not.toEqual(recordsOfCentre(centreAt('15:00', 50, 4)))
  })

  it('does not depend on the steps of advanceTo or on reads of the report', () => {
    const inOneStep = new Centre({ agents: 30, seed: 5 })
    const inManySteps = new Centre({ agents: 30, seed: 5 })
    const end = day + 11 * hour
    for (let second = 0; second < end; second += 37) {
      inManySteps.advanceTo(second)
      recordsOfCentre(inManySteps)
    }
    inManySteps.advanceTo(end)
    inOneStep.advanceTo(end)
    expect(recordsOfCentre(inManySteps)).toEqual(recordsOfCentre(inOneStep))
  })

  it('does not change if advanceTo gets a time in the past', () => {
    const centre = centreAt('12:00', 20)
    const before = recordsOfCentre(centre)
    centre.advanceTo(11 * hour)
    expect(centre.now).toBe(12 * hour)
    expect(recordsOfCentre(centre)).toEqual(before)
  })

  it('differs from the day before', () => {
    const centre = centreAt('12:00', 50)
    const first = recordsOfCentre(centre)
    centre.advanceTo(day + 12 * hour)
    expect(recordsOfCentre(centre)).not.toEqual(first)
  })

  it.each([
    { agents: 10, min: 0.62, max: 0.9 },
    { agents: 200, min: 0.75, max: 0.85 },
    { agents: 5000, min: 0.75, max: 0.85 },
  ])('keeps $agents agents busy to a similar degree', ({ agents, min, max }) => {
    for (const seed of agents > 1000 ? [1] : [1, 2, 3, 4, 5]) {
      const occupancy = occupancyOf(centreAt('17:00', agents, seed))
      expect(occupancy).toBeGreaterThan(min)
      expect(occupancy).toBeLessThan(max)
    }
  })

  it('has every kind of state at mid-morning', () => {
    const states = new Set(recordsOfCentre(centreAt('10:30', 200)).map(({ agent_status }) => agent_status))
    expect([...states]).toEqual(
      expect.arrayContaining(['READY', 'TALK', 'RING', 'ACW', 'Logout', 'Almuerzo', 'Break']),
    )
  })

  it('has exactly the states of the simulated centre', () => {
    const centre = centreAt('06:00', 200)
    const states = new Set<string>()
    for (let second = 6 * hour; second < 21 * hour; second += minute) {
      centre.advanceTo(second)
      for (const { agent_status } of recordsOfCentre(centre)) states.add(agent_status)
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

  it('has calls in all three directions', () => {
    const records = recordsOfCentre(centreAt('17:00', 50))
    for (const field of ['inbound', 'outbound', 'internal'] as const) {
      expect(records.some((record) => Number(record[field]) > 0)).toBe(true)
    }
  })

  it('has no agent logged in at night', () => {
    const centre = new Centre({ agents: 500, seed: 2 })
    for (const night of [3 * hour, 23.5 * hour, day + 3 * hour, day + 23.5 * hour]) {
      centre.advanceTo(night)
      expect(loggedIn(centre)).toEqual([])
    }
  })

  it('has the most agents when shifts overlap, and few in the evening', () => {
    const centre = new Centre({ agents: 200, seed: 1 })
    const staff = [5.5, 7, 13.5, 21, 23].map((hours) => {
      centre.advanceTo(hours * hour)
      return loggedIn(centre).length
    })
    expect(staff[0]).toBe(0)
    expect(staff[1]).toBeGreaterThan(60)
    expect(staff[2]).toBeGreaterThan(150)
    expect(staff[3]).toBeLessThan(60)
    expect(staff[4]).toBe(0)
  })

  it('has more calls per agent at late morning than in the early morning and evening', () => {
    const centre = new Centre({ agents: 2000, seed: 1 })
    const answeredCalls = () => recordsOfCentre(centre).reduce((sum, { inbound }) => sum + Number(inbound), 0)
    const callsPerAgentBetween = (from: number, to: number) => {
      centre.advanceTo(from * hour)
      const before = answeredCalls()
      centre.advanceTo(((from + to) / 2) * hour)
      const staff = recordsOfCentre(centre).filter(({ agent_status }) =>
        ['READY', 'TALK', 'ACW', 'RING'].includes(agent_status),
      ).length
      centre.advanceTo(to * hour)
      return (answeredCalls() - before) / staff
    }
    const [early = 0, lateMorning = 0, evening = 0] = [
      callsPerAgentBetween(7, 8),
      callsPerAgentBetween(10.5, 11.5),
      callsPerAgentBetween(19, 20),
    ]
    expect(lateMorning).toBeGreaterThan(early)
    expect(lateMorning).toBeGreaterThan(evening)
  })

  it('rings at the agent who has been ready longest', () => {
    const centre = centreAt('09:30', 60, 1, { skills: oneSkill })
    let ringCount = 0
    for (let before = recordsOfCentre(centre); centre.now < 12 * hour; before = recordsOfCentre(centre)) {
      centre.advanceTo(centre.now + 1)
      const now = recordsOfCentre(centre)
      const readyBefore = (index: number) =>
        before[index]?.agent_status === 'READY' ? Number(before[index].time_state_now) : undefined
      const ringing = now.flatMap(({ agent_status, time_state_now }, index) =>
        agent_status === 'RING' && time_state_now === '0' ? [readyBefore(index) ?? 0] : [],
      )
      const stillReady = now.flatMap(({ agent_status, time_state_now }, index) =>
        agent_status === 'READY' && time_state_now !== '0' ? [readyBefore(index) ?? 0] : [],
      )
      ringCount += ringing.length
      if (ringing.length > 0 && stillReady.length > 0) {
        expect(Math.min(...ringing)).toBeGreaterThanOrEqual(Math.max(...stillReady))
      }
    }
    expect(ringCount).toBeGreaterThan(500)
  })

  it('rings at the agent with the skill who has been ready longest', () => {
    const centre = centreAt('09:30', 120)
    const skillsOf = centre.agents.map((_, index) => new Set(centre.skillsOf(index)))
    const readySince = () =>
      centre.agents.map(({ activity, since }) => (activity === activities.ready ? since : centre.now))
    let comparisons = 0
    for (let before = readySince(); centre.now < 12 * hour; before = readySince()) {
      centre.advanceTo(centre.now + 1)
      const startedRinging = centre.agents.flatMap(({ activity, since }, index) =>
        activity === activities.ringing && since === centre.now ? [index] : [],
      )
      for (const ringing of startedRinging) {
        // Whichever skill the call needs, these agents could answer it too.
        const couldAnswer = centre.agents.flatMap(({ activity, since }, index) => {
          const wasReady = activity === activities.ready && since < centre.now
          return wasReady && skillsOf[ringing]?.isSubsetOf(skillsOf[index] ?? new Set()) ? [index] : []
        })
        comparisons += couldAnswer.length
        for (const other of couldAnswer) expect(before[ringing]).toBeLessThanOrEqual(before[other] ?? 0)
      }
    }
    expect(comparisons).toBeGreaterThan(500)
  })

  it('rings a missed call at another agent and makes the first one ready again', () => {
    const centre = centreAt('09:30', 60, 1, { skills: oneSkill })
    let missed = 0
    for (let before = recordsOfCentre(centre); centre.now < 12 * hour; before = recordsOfCentre(centre)) {
      centre.advanceTo(centre.now + 1)
      const now = recordsOfCentre(centre)
      const hasAgent = (state: string, matches: (secondsInState: number) => boolean) =>
        now.some(
          ({ agent_status, time_state_now }) => agent_status === state && matches(Number(time_state_now)),
        )
      for (const [index, record] of now.entries()) {
        // A missed call rings for 20 seconds; most callers who hang up do so earlier.
        const missedCall = before[index]?.agent_status === 'RING' && before[index].time_state_now === '19'
        if (!missedCall) continue
        missed += 1
        expect(record.agent_status).not.toBe('TALK')
        expect(record.inbound).toBe(before[index]?.inbound)
        const othersAreReady = hasAgent('READY', (seconds) => seconds > 0)
        if (record.agent_status === 'READY' && othersAreReady) {
          expect(hasAgent('RING', (seconds) => seconds === 0)).toBe(true)
        }
      }
    }
    expect(missed).toBeGreaterThan(5)
  })

  it('moves agents from a call to after-call work unless the call was internal', () => {
    const centre = centreAt('10:00', 60)
    let internalCalls = 0
    for (let before = recordsOfCentre(centre); centre.now < 11 * hour; before = recordsOfCentre(centre)) {
      centre.advanceTo(centre.now + 1)
      for (const [index, record] of recordsOfCentre(centre).entries()) {
        const earlier = before[index]
        if (earlier?.agent_status !== 'TALK' || record.agent_status === 'TALK') continue
        if (record.agent_status === 'ACW') continue
        internalCalls += 1
        // The last second of an internal call is auxiliary time.
        expect(toSeconds(record.inbound_time) + toSeconds(record.outbound_time)).toBe(
          toSeconds(earlier.inbound_time) + toSeconds(earlier.outbound_time),
        )
        expect(toSeconds(record.aux_time)).toBe(toSeconds(earlier.aux_time) + 1)
      }
    }
    expect(internalCalls).toBeGreaterThan(3)
  })

  it('simulates a morning of 5,000 agents within 5 seconds', () => {
    const startedAt = performance.now()
    centreAt('10:30', 5000)
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })
})
