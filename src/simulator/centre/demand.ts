import { meanWorkSeconds } from './behaviour.ts'
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

/**
 * Agents beyond those who are busy, for each root of the work in erlangs. With 1, Erlang C gives about 80 % within 20 seconds;
 * the campaigns, the manual outbound calls and the calls that only part of a team can answer need more.
 */
const staffingReserve = 1.3

/** A large team could be busier, but people cannot work without a pause between calls all day. Outbound calls come on top. */
const maxInboundLoad = 0.73

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

/** For each skill and minute of the day: the working agents with the skill, and their time, divided equally among their skills. */
function staffByMinute(
  agents: readonly PlannedAgent[],
  skillCount: number,
): { readonly teams: readonly Float64Array[]; readonly shares: readonly Float64Array[] } {
  const minutesOfDay = () => new Float64Array(day / minute + 1)
  const teams = Array.from({ length: skillCount }, minutesOfDay)
  const shares = Array.from({ length: skillCount }, minutesOfDay)
  const add = (staff: Float64Array | undefined, from: number, to: number, by: number) => {
    if (staff === undefined) return
    for (let index = from; index < to; index += 1) staff[index] = (staff[index] ?? 0) + by
  }
  for (const { shift, skills } of agents) {
    for (const [from, to] of workingPeriods(shift)) {
      const [first, end] = [Math.floor(from / minute), Math.floor(to / minute)]
      for (const skill of skills) {
        add(teams[skill], first, end, 1)
        add(shares[skill], first, end, 1 / skills.length)
      }
    }
  }
  return { teams, shares }
}

/** Contact centres plan their staff for each quarter of an hour. */
const planningPeriod = 15

function meanOfPeriod(values: Float64Array): Float64Array {
  const means = new Float64Array(values.length)
  for (let start = 0; start < values.length; start += planningPeriod) {
    const period = values.subarray(start, start + planningPeriod)
    means.fill(period.reduce((sum, value) => sum + value, 0) / period.length, start, start + planningPeriod)
  }
  return means
}

/**
 * The share of their time that this many agents can work and still answer about 80 % of the calls within 20 seconds. It is the
 * inverse of square-root staffing, `agents = work + staffingReserve · √work`, an approximation of Erlang C.
 */
export function sustainableLoad(agents: number): number {
  if (agents === 0) return 0
  const rootOfWork = (Math.sqrt(staffingReserve ** 2 + 4 * agents) - staffingReserve) / 2
  return Math.min(rootOfWork ** 2 / agents, maxInboundLoad)
}

/**
 * The demand of each skill, in the order of `plans`: as many calls as the agents on shift can answer in time, outside the peaks.
 * Agents with several skills divide their time equally among them, but help with any of them when its calls wait. So the size of a
 * skill's team is the number of agents with the skill.
 */
export function demandFor(plans: readonly SkillPlan[], agents: readonly PlannedAgent[]): readonly Demand[] {
  const { teams, shares } = staffByMinute(agents, plans.length)
  return plans.map((plan, skill) => {
    const team = teams[skill] ?? new Float64Array()
    const share = shares[skill] ?? new Float64Array()
    const work = meanOfPeriod(share.map((agents, at) => agents * sustainableLoad(team[at] ?? 0)))
    const callsPerSecond = work.map((erlangs) => erlangs / meanWorkSeconds(plan))
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
