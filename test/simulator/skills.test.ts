import { describe, expect, it } from 'vitest'
import type { CallEvent } from '../../src/simulator/centre/call-distributor.ts'
import { Centre, type CentreOptions } from '../../src/simulator/centre/centre.ts'
import { defaultSkillPlans, skillsOfAgent } from '../../src/simulator/centre/skill-plans.ts'
import { day, hour } from '../../src/simulator/centre/time.ts'
import { centreAt, recordsOfCentre, worksToday } from './helpers.ts'

/** A centre and the log of its inbound calls. */
function loggedCentre(options: Pick<CentreOptions, 'agents' | 'seed'> & Partial<CentreOptions>) {
  const events: CallEvent[] = []
  const centre = new Centre({ ...options, onCallEvent: (event) => events.push(event) })
  return { centre, events }
}

/** The log's count of a kind of event of one skill, up to a second. */
const count = (events: readonly CallEvent[], kind: CallEvent['kind'], skillId: string) =>
  events.filter((event) => event.kind === kind && event.skillId === skillId).length

describe.each([1, 3, 10, 45, 120])('the calls of %d agents', (agents) => {
  it('are answered, abandoned or waiting, at any second', () => {
    const { centre, events } = loggedCentre({ agents, seed: 4 })
    let checked = 0
    // Steps of a prime number of seconds meet all kinds of moments.
    for (let second = 6 * hour; second < 22 * hour; second += 307) {
      centre.advanceTo(second)
      for (const { plan, arrived, answered, abandoned, waiting } of centre.skills) {
        expect(answered + abandoned + waiting).toBe(arrived)
        expect(arrived).toBe(count(events, 'arrived', plan.id))
        expect(answered).toBe(count(events, 'answered', plan.id))
        expect(abandoned).toBe(count(events, 'abandoned', plan.id))
        checked += arrived
      }
    }
    expect(checked).toBeGreaterThan(0)
  })

  it('ring only while they wait', () => {
    const { centre } = loggedCentre({ agents, seed: 4 })
    for (let second = 6 * hour; second < 22 * hour; second += 61) {
      centre.advanceTo(second)
      const ringing = recordsOfCentre(centre).filter(({ agent_status }) => agent_status === 'RING').length
      const waiting = centre.skills.reduce((sum, skill) => sum + skill.waiting, 0)
      expect(ringing).toBeLessThanOrEqual(waiting)
    }
  })

  it('are answered by agents: the inbound calls of all agents are the answered calls of all skills', () => {
    const { centre } = loggedCentre({ agents, seed: 4 })
    for (let second = 7 * hour; second < 22 * hour; second += 1801) {
      centre.advanceTo(second)
      const inbound = recordsOfCentre(centre)
        .filter(worksToday)
        .reduce((sum, record) => sum + Number(record.inbound), 0)
      expect(inbound).toBe(centre.skills.reduce((sum, skill) => sum + skill.answered, 0))
    }
    expect(centre.skills.some(({ answered }) => answered > 0)).toBe(true)
  })

  it('are answered by agents with the skill', () => {
    const { centre, events } = loggedCentre({ agents, seed: 4 })
    centre.advanceTo(17 * hour)
    const skillsOf = new Map(
      centre.agents.map(({ id }, index) => [id, centre.skillsOf(index).map(({ plan }) => plan.id)]),
    )
    const answered = events.filter(({ kind }) => kind === 'answered')
    expect(answered.length).toBeGreaterThan(0)
    for (const { agentId = '', skillId } of answered) expect(skillsOf.get(agentId)).toContain(skillId)
  })

  it('never wait while an agent with the skill is ready', () => {
    const { centre } = loggedCentre({ agents, seed: 4 })
    for (let second = 7 * hour; second < 20 * hour; second += 101) {
      centre.advanceTo(second)
      const records = recordsOfCentre(centre)
      const ringing = records.filter(({ agent_status }) => agent_status === 'RING').length
      const queued = centre.skills.reduce((sum, skill) => sum + skill.waiting, 0) - ringing
      const readySkills = centre.skills.filter((skill) => centre.readyAgents(skill) > 0)
      if (readySkills.length === centre.skills.length) expect(queued).toBe(0)
    }
  })
})

describe('a service level', () => {
  const { centre, events } = loggedCentre({ agents: 150, seed: 2 })
  centre.advanceTo(16 * hour)

  it.each([0, 10, 20, 30, 40, 120])('at %d seconds agrees with the waits in the log', (threshold) => {
    const arrivals = new Map(
      events.filter(({ kind }) => kind === 'arrived').map(({ call, second }) => [call, second]),
    )
    for (const skill of centre.skills) {
      const inTime = events.filter(
        ({ kind, call, skillId, second }) =>
          kind === 'answered' &&
          skillId === skill.plan.id &&
          second - (arrivals.get(call) ?? Number.NaN) <= threshold,
      )
      expect(skill.answeredWithin(threshold)).toBe(inTime.length)
    }
  })

  it('rises with the threshold, from no call to all answered calls', () => {
    for (const skill of centre.skills) {
      const counts = [0, 10, 20, 30, 60, day].map((threshold) => skill.answeredWithin(threshold))
      expect(counts).toEqual(counts.toSorted((one, other) => one - other))
      expect(counts[0]).toBe(0)
      expect(counts[1]).toBeGreaterThan(0)
      expect(counts[1]).toBeLessThan(counts[3] ?? 0)
      expect(counts[5]).toBe(skill.answered)
    }
  })

  it('is good in a large centre, while some callers hang up', () => {
    for (const skill of centre.skills) {
      expect(skill.abandoned).toBeGreaterThan(0)
      expect(skill.abandoned / skill.arrived).toBeLessThan(0.15)
      expect(skill.answeredWithin(30) / (skill.answered + skill.abandoned)).toBeGreaterThan(0.7)
    }
  })
})

describe('a day of 60 agents', () => {
  const seeds = [1, 2, 3, 4]

  /** The service level of all skills at 20 seconds between two hours, over the days of all seeds. */
  function levelBetween(from: number, to: number, calm: boolean): number {
    let [inTime, ended] = [0, 0]
    for (const seed of seeds) {
      const centre = new Centre({ agents: 60, seed, calm })
      for (const [second, sign] of [
        [from * hour, -1],
        [to * hour, 1],
      ] as const) {
        centre.advanceTo(second)
        for (const skill of centre.skills) {
          inTime += sign * skill.answeredWithin(20)
          ended += sign * (skill.answered + skill.abandoned)
        }
      }
    }
    return inTime / ended
  }

  it.each([false, true])('has a usual service level, somewhat above 80 to 20 (calm: %s)', (calm) => {
    const level = levelBetween(0, 23, calm)
    expect(level).toBeGreaterThan(0.8)
    expect(level).toBeLessThan(0.92)
  })

  it('has no skill that is far below it', () => {
    for (const seed of seeds) {
      const centre = centreAt('23:00', 60, seed)
      for (const skill of centre.skills) {
        expect(skill.answeredWithin(20) / (skill.answered + skill.abandoned)).toBeGreaterThan(0.7)
        expect(skill.abandoned / skill.arrived).toBeLessThan(0.08)
      }
    }
  })

  it('has a dip at the peak before noon, unless it is calm', () => {
    expect(levelBetween(10.5, 12, false)).toBeLessThan(levelBetween(13.5, 15, false) - 0.03)
    expect(levelBetween(10.5, 12, true)).toBeGreaterThan(levelBetween(10.5, 12, false) + 0.03)
  })
})

describe('a call', () => {
  it('ends once: answered or abandoned, not before its arrival', () => {
    const { centre, events } = loggedCentre({ agents: 80, seed: 6 })
    centre.advanceTo(day)
    const arrivals = new Map<number, number>()
    const ended = new Set<number>()
    for (const { kind, call, second } of events) {
      if (kind === 'arrived') {
        arrivals.set(call, second)
        continue
      }
      expect(ended.has(call)).toBe(false)
      expect(second).toBeGreaterThanOrEqual(arrivals.get(call) ?? Number.POSITIVE_INFINITY)
      ended.add(call)
    }
    // At midnight no call waits.
    expect(ended.size).toBe(arrivals.size)
    expect(ended.size).toBeGreaterThan(3000)
  })
})

describe('the totals of the skills', () => {
  it('start again at midnight', () => {
    const centre = new Centre({ agents: 60, seed: 1 })
    centre.advanceTo(day - 1)
    expect(centre.skills.every(({ arrived }) => arrived > 0)).toBe(true)
    centre.advanceTo(day)
    for (const skill of centre.skills) {
      expect([skill.arrived, skill.answered, skill.abandoned, skill.answeredWithin(day)]).toEqual([
        0, 0, 0, 0,
      ])
    }
    centre.advanceTo(day + 12 * hour)
    for (const { arrived, answered, abandoned, waiting } of centre.skills) {
      expect(arrived).toBeGreaterThan(0)
      expect(answered + abandoned + waiting).toBe(arrived)
    }
  })

  it('keep a call that waits over midnight', () => {
    const plans = defaultSkillPlans(1).map((plan) => ({ ...plan, meanPatience: Number.POSITIVE_INFINITY }))
    const centre = new Centre({ agents: 1, seed: 1, skills: plans })
    centre.setDemandFactor('2101', 20)
    centre.advanceTo(day - 1)
    const waiting = centre.skills[0]?.waiting ?? 0
    expect(waiting).toBeGreaterThan(0)
    centre.advanceTo(day)
    expect(centre.skills[0]).toMatchObject({ arrived: waiting, waiting, answered: 0, abandoned: 0 })
  })
})

describe('the demand of a skill', () => {
  it('grows with its factor, and only there', () => {
    const arrivedWith = (factor: number) => {
      const centre = centreAt('10:00', 100)
      const before = centre.skills.map(({ arrived }) => arrived)
      centre.setDemandFactor('2102', factor)
      centre.advanceTo(11 * hour)
      return centre.skills.map(({ arrived }, index) => arrived - (before[index] ?? 0))
    }
    const [usual, tripled, none] = [arrivedWith(1), arrivedWith(3), arrivedWith(0)]
    expect(tripled[1]).toBeGreaterThan(2 * (usual[1] ?? 0))
    expect(none[1]).toBe(0)
    expect(Math.abs((tripled[0] ?? 0) - (usual[0] ?? 0))).toBeLessThan(0.5 * (usual[0] ?? 0))
  })

  it('spoils the service level if it grows', () => {
    const centre = centreAt('10:00', 100)
    centre.setDemandFactor('2102', 4)
    centre.advanceTo(12 * hour)
    const [, skill = expect.fail()] = centre.skills
    expect(skill.waiting).toBeGreaterThan(3)
    expect(skill.abandoned / skill.arrived).toBeGreaterThan(0.2)
  })

  it('of an unknown skill is an error', () => {
    expect(() => centreAt('10:00', 20).setDemandFactor('1', 2)).toThrow(RangeError)
  })
})

describe('the default skills', () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [10, 3],
    [11, 4],
    [39, 4],
    [60, 5],
    [200, 8],
    [60_000, 8],
  ])('of %d agents are %d', (agents, expected) => {
    expect(defaultSkillPlans(agents)).toHaveLength(expected)
  })

  it.each([1, 5, 10, 11, 60, 200, 5000])(
    'of %d agents: each agent has one to three, each skill has agents',
    (agents) => {
      const plans = defaultSkillPlans(agents)
      const skills = Array.from({ length: agents }, (_, index) => skillsOfAgent(index, agents, plans))
      for (const indexes of skills) {
        expect(indexes.length).toBeGreaterThanOrEqual(1)
        expect(indexes.length).toBeLessThanOrEqual(3)
        expect(new Set(indexes).size).toBe(indexes.length)
      }
      expect(new Set(skills.flat()).size).toBe(plans.length)
    },
  )

  it('divide a large centre by their weights', () => {
    const plans = defaultSkillPlans(2000)
    const mainSkills = Array.from({ length: 2000 }, (_, index) => skillsOfAgent(index, 2000, plans)[0])
    const weights = plans.reduce((sum, { weight }) => sum + weight, 0)
    for (const [index, { weight }] of plans.entries()) {
      const share = mainSkills.filter((main) => main === index).length / 2000
      expect(share).toBeCloseTo(weight / weights, 2)
    }
  })
})
