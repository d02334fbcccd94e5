import { describe, expect, it } from 'vitest'
import { meanWorkSeconds } from '../../src/simulator/centre/behaviour.ts'
import { demandFor, nextArrival, sustainableLoad } from '../../src/simulator/centre/demand.ts'
import { exponential, integerBetween, lognormal, seededRandom } from '../../src/simulator/centre/random.ts'
import { planShift } from '../../src/simulator/centre/shifts.ts'
import type { SkillPlan } from '../../src/simulator/centre/skill.ts'
import { defaultSkillPlans, skillsOfAgent } from '../../src/simulator/centre/skill-plans.ts'
import { day, hour } from '../../src/simulator/centre/time.ts'
import { erlangC } from './helpers.ts'

describe('random draws', () => {
  const draws = 100_000
  const meanOf = (draw: () => number) => {
    let sum = 0
    for (let index = 0; index < draws; index += 1) sum += draw()
    return sum / draws
  }

  it('have the given mean if exponential', () => {
    const random = seededRandom(1)
    const mean = meanOf(() => exponential(random, 240))
    expect(mean).toBeGreaterThan(235)
    expect(mean).toBeLessThan(245)
  })

  it('have the given median and mean if lognormal', () => {
    const random = seededRandom(1)
    const shareBelowMedian = meanOf(() => (lognormal(random, 200, 0.6) < 200 ? 1 : 0))
    expect(shareBelowMedian).toBeCloseTo(0.5, 1)
    const mean = meanOf(() => lognormal(random, 200, 0.6))
    expect(mean / (200 * Math.exp(0.18))).toBeCloseTo(1, 1)
  })

  it('include both ends of an integer range', () => {
    const random = seededRandom(1)
    const seen = new Set(Array.from({ length: 1000 }, () => integerBetween(random, 4, 7)))
    expect([...seen].sort()).toEqual([4, 5, 6, 7])
  })
})

describe('inbound calls', () => {
  const random = seededRandom(1)
  const shifts = Array.from({ length: 400 }, (_, index) => planShift(random, index)).filter(
    (shift) => shift !== undefined,
  )
  const plans = defaultSkillPlans(400)
  const agents = shifts.map((shift, index) => ({ shift, skills: skillsOfAgent(index, 400, plans) }))
  const demands = demandFor(plans, agents)
  const skills = plans.map(({ name }, index) => ({ name, demand: demands[index] ?? expect.fail() }))

  it.each(skills)('of $name arrive at the rate of each hour', ({ demand }) => {
    const arrivals: number[] = []
    for (let at = nextArrival(random, demand, 0); at !== undefined; at = nextArrival(random, demand, at)) {
      arrivals.push(at)
    }
    for (const startHour of [8, 11, 13, 15, 19]) {
      const counted = arrivals.filter((at) => at >= startHour * hour && at < (startHour + 1) * hour).length
      let expected = 0
      for (let second = startHour * hour; second < (startHour + 1) * hour; second += 1)
        expected += demand.rateAt(second)
      // Four standard deviations of a Poisson distribution.
      expect(Math.abs(counted - expected)).toBeLessThan(4 * Math.sqrt(expected))
    }
  })

  it.each(skills)('of $name never exceed the peak rate and stop at night', ({ demand }) => {
    for (let second = 0; second < day; second += 60) {
      expect(demand.rateAt(second)).toBeLessThanOrEqual(demand.peakRate)
    }
    expect(demand.rateAt(3 * hour)).toBe(0)
    expect(demand.rateAt(23.5 * hour)).toBe(0)
  })

  it('have peaks at different times in different skills', () => {
    const withoutPeaks = demandFor(
      plans.map((plan) => ({ ...plan, peaks: [] })),
      agents,
    )
    const busiestHour = ({ demand }: (typeof skills)[number], index: number) => {
      const usual = withoutPeaks[index] ?? expect.fail()
      const hours = Array.from({ length: 13 }, (_, step) => (step + 7.5) * hour)
      const ratios = hours.map((second) => demand.rateAt(second) / usual.rateAt(second))
      return ratios.indexOf(Math.max(...ratios))
    }
    expect(new Set(skills.map(busiestHour)).size).toBeGreaterThan(2)
  })

  it('arrive twice as often with the factor 2, and never with the factor 0', () => {
    const countWith = (factor: number) => {
      let count = 0
      const [demand = expect.fail()] = demands
      for (
        let at = nextArrival(random, demand, 0, factor);
        at !== undefined;
        at = nextArrival(random, demand, at, factor)
      )
        count += 1
      return count
    }
    const [once, twice] = [countWith(1), countWith(2)]
    // Four standard deviations of the difference.
    expect(Math.abs(twice - 2 * once)).toBeLessThan(4 * Math.sqrt(twice + 4 * once))
    expect(countWith(0)).toBe(0)
  })

  it('do not arrive if no agent works', () => {
    for (const demand of demandFor(plans, [])) expect(nextArrival(random, demand, 0)).toBeUndefined()
  })

  it('do not arrive for a skill that no agent has', () => {
    const onlyFirst = agents.map(({ shift }) => ({ shift, skills: [0] }))
    const [first, second] = demandFor(plans, onlyFirst)
    expect(first?.peakRate).toBeGreaterThan(0)
    expect(second?.peakRate).toBe(0)
  })

  it('keep the offered work per agent independent of the skills', () => {
    const workAt = (second: number, these: readonly SkillPlan[], withSkills: typeof agents) =>
      demandFor(these, withSkills).reduce(
        (sum, { rateAt }, index) => sum + rateAt(second) * meanWorkSeconds(these[index] ?? expect.fail()),
        0,
      )
    const everySkill = workAt(12.5 * hour, plans, agents)
    const oneSkill = workAt(
      12.5 * hour,
      plans.slice(0, 1),
      agents.map(({ shift }) => ({ shift, skills: [0] })),
    )
    expect(everySkill / oneSkill).toBeGreaterThan(0.9)
    expect(everySkill / oneSkill).toBeLessThan(1.1)
  })
})

describe('the load of a team', () => {
  const meanWork = 280

  it.each([4, 8, 16, 30])('of %d agents leaves a good service level by Erlang C', (agents) => {
    const work = sustainableLoad(agents) * agents
    const level = 1 - erlangC(work, agents) * Math.exp((-(agents - work) * 20) / meanWork)
    expect(level).toBeGreaterThan(0.8)
    expect(level).toBeLessThan(0.97)
  })

  it('grows with the team up to a maximum, and is zero without agents', () => {
    const loads = [0, 1, 2, 5, 10, 20, 100, 5000].map(sustainableLoad)
    expect(loads[0]).toBe(0)
    expect(loads).toEqual(loads.toSorted((one, other) => one - other))
    expect(loads[7]).toBe(loads[6])
    expect(loads[4]).toBeGreaterThan(2 * (loads[1] ?? 1))
  })
})

describe('a shift', () => {
  const random = seededRandom(9)
  const shifts = Array.from({ length: 1000 }, (_, index) => planShift(random, index))

  it('is within one day and has its pauses in order', () => {
    for (const shift of shifts) {
      if (shift === undefined) continue
      expect(shift.loginAt).toBeGreaterThan(5 * hour)
      expect(shift.logoutAt).toBeLessThan(23 * hour)
      const times = [shift.loginAt, ...shift.pauses.map(({ at }) => at), shift.logoutAt]
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    }
  })

  it('always includes lunch', () => {
    for (const shift of shifts) {
      if (shift !== undefined) expect(shift.pauses.map(({ name }) => name)).toContain('Almuerzo')
    }
  })

  it('is sometimes missed', () => {
    const absent = shifts.filter((shift) => shift === undefined).length
    expect(absent).toBeGreaterThan(10)
    expect(absent).toBeLessThan(60)
  })
})
