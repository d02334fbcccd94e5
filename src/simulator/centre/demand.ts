import { meanHandlingSeconds } from './behaviour.ts'
import { chance, exponential, type Random } from './random.ts'
import type { Shift } from './shifts.ts'
import { day, hour, minute } from './time.ts'

/** The arrival rate of inbound calls over one day. */
export interface Demand {
  /** Calls per second at a second of the day. */
  readonly rateAt: (second: number) => number
  /** An upper bound of the rate, in calls per second. */
  readonly peakRate: number
}

/** The share of working time, without planned pauses, that inbound calls take outside the peaks. */
const baseLoad = 0.7

/** In a small team, more callers find all agents busy and hang up. This extra load, in agents, compensates for it. */
const smallTeamLoad = 0.6

/** Peaks above the base load, relative to it: late morning and mid-afternoon. */
const peaks = [
  { at: 11 * hour, width: 1.25 * hour, height: 0.12 },
  { at: 15.5 * hour, width: 1.5 * hour, height: 0.1 },
] as const

const maxPeakFactor = 1 + peaks.reduce((sum, { height }) => sum + height, 0)

function peakFactorAt(second: number): number {
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

/** The number of working agents in each minute of the day. */
function staffByMinute(shifts: readonly Shift[]): Int32Array {
  const staff = new Int32Array(day / minute + 1)
  const change = (second: number, by: number) => {
    const index = Math.floor(second / minute)
    staff[index] = (staff[index] ?? 0) + by
  }
  for (const [from, to] of shifts.values().flatMap(workingPeriods)) {
    change(from, +1)
    change(to, -1)
  }
  for (let index = 1; index < staff.length; index += 1)
    staff[index] = (staff[index] ?? 0) + (staff[index - 1] ?? 0)
  return staff
}

/** The demand that keeps the agents on shift about equally busy in a centre of any size. */
export function demandFor(shifts: readonly Shift[]): Demand {
  const staff = staffByMinute(shifts)
  const maxStaff = staff.reduce((max, count) => Math.max(max, count), 0)
  const callsPerSecond = (agents: number) =>
    (agents + Math.min(agents, smallTeamLoad)) * (baseLoad / meanHandlingSeconds)
  return {
    rateAt: (second) => callsPerSecond(staff[Math.floor(second / minute)] ?? 0) * peakFactorAt(second),
    peakRate: callsPerSecond(maxStaff) * maxPeakFactor,
  }
}

/**
 * The time of the next call after `time`, or `undefined` if none arrives before midnight. Both times are seconds of the
 * day and can be fractional. The calls are an inhomogeneous Poisson process, made by thinning: candidates arrive at the
 * peak rate, and each is kept with the probability rate / peak rate.
 */
export function nextArrival(random: Random, demand: Demand, time: number): number | undefined {
  if (demand.peakRate <= 0) return undefined
  let candidate = time
  do {
    candidate += exponential(random, 1 / demand.peakRate)
    if (candidate >= day) return undefined
  } while (!chance(random, demand.rateAt(candidate) / demand.peakRate))
  return candidate
}
