import { meanHandlingSeconds } from './behaviour.ts'
import { chance, exponential, type Random } from './random.ts'
import type { Shift } from './shifts.ts'
import type { Peak, SkillPlan } from './skill.ts'
import { day, minute } from './time.ts'

/** The arrival rate of one skill's calls over one day. */
export interface Demand {
  /** Calls per second at a second of the day. */
  readonly rateAt: (second: number) => number
  /** An upper bound of the rate, in calls per second. */
  readonly peakRate: number
}

/** The share of working time, without planned pauses, that inbound calls take outside the peaks. */
const baseLoad = 0.67

/** In a small team, more callers find all agents busy and hang up. This extra load, in agents, compensates for it. */
const smallTeamLoad = 0.6

const maxPeakFactor = (peaks: readonly Peak[]) => 1 + peaks.reduce((sum, { height }) => sum + height, 0)

function peakFactorAt(peaks: readonly Peak[], second: number): number {
  return peaks.reduce(
    (sum, { at, width, height }) => sum + height * Math.exp(-(((second - at) / width) ** 2)),
    1,
  )
}

/** The periods of a shift without its planned pauses: start and end, in seconds of the day. */
function* workingPeriods({ loginAt, logoutAt, pauses }: Shift): Generator<readonly [number, number]> {
  let from = loginAt
  for (const { at, seconds } of pauses) {
    const to = Math.max(from, at)
    yield [from, to]
    from = Math.min(to + seconds, logoutAt)
  }
  yield [from, logoutAt]
}

/** A working day of an agent, and the indexes of the agent's skills. */
export interface PlannedAgent {
  readonly shift: Shift
  readonly skills: readonly number[]
}

/** The working agents in each minute of the day, and their working time by skill, divided equally among their skills. */
function staffByMinute(
  agents: readonly PlannedAgent[],
  skillCount: number,
): { readonly all: Float64Array; readonly bySkill: readonly Float64Array[] } {
  const minutes = () => new Float64Array(day / minute + 1)
  const all = minutes()
  const bySkill = Array.from({ length: skillCount }, minutes)
  const add = (staff: Float64Array | undefined, from: number, to: number, by: number) => {
    if (staff === undefined) return
    for (let index = from; index < to; index += 1) staff[index] = (staff[index] ?? 0) + by
  }
  for (const { shift, skills } of agents) {
    for (const [from, to] of workingPeriods(shift)) {
      const [first, end] = [Math.floor(from / minute), Math.floor(to / minute)]
      add(all, first, end, 1)
      for (const skill of skills) add(bySkill[skill], first, end, 1 / skills.length)
    }
  }
  return { all, bySkill }
}

/**
 * The demand of each skill, in the order of `plans`. It keeps the agents on shift about equally busy in a centre of any
 * size.
 */
export function demandFor(plans: readonly SkillPlan[], agents: readonly PlannedAgent[]): readonly Demand[] {
  const { all, bySkill } = staffByMinute(agents, plans.length)
  return plans.map((plan, skill) => {
    const callsPerSecond = all.map((working, at) => {
      if (working === 0) return 0
      const share = bySkill[skill]?.[at] ?? 0
      return (share * (1 + Math.min(working, smallTeamLoad) / working) * baseLoad) / meanHandlingSeconds(plan)
    })
    return {
      rateAt: (second) =>
        (callsPerSecond[Math.floor(second / minute)] ?? 0) * peakFactorAt(plan.peaks, second),
      peakRate: callsPerSecond.reduce((max, rate) => Math.max(max, rate), 0) * maxPeakFactor(plan.peaks),
    }
  })
}

/**
 * The time of the next call after `time`, or `undefined` if none arrives before midnight. Both times are seconds of the
 * day and can be fractional. The calls are an inhomogeneous Poisson process, made by thinning: candidates arrive at the
 * peak rate, and each is kept with the probability rate / peak rate. `factor` multiplies the demand.
 */
export function nextArrival(random: Random, demand: Demand, time: number, factor = 1): number | undefined {
  const peakRate = demand.peakRate * factor
  if (peakRate <= 0) return undefined
  let candidate = time
  do {
    candidate += exponential(random, 1 / peakRate)
    if (candidate >= day) return undefined
  } while (!chance(random, demand.rateAt(candidate) / demand.peakRate))
  return candidate
}
