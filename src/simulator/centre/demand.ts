import { meanHandlingSeconds } from './habits.ts'
import type { Shift } from './shifts.ts'
import { day, hour, minute } from './time.ts'

/** How many calls come, over one day. */
export interface Demand {
  /** Calls a second at a second of the day. */
  readonly rateAt: (second: number) => number
  /** No rate of the day is above this, in calls a second. */
  readonly peakRate: number
}

/** The part of the time at work, planned pauses left out, that inbound calls ask for on a day without peaks. */
const baseLoad = 0.7

/** A small team loses more callers to full lines: so much more load, divided by its size, makes up for that. */
const smallTeamLoad = 0.6

/** Peaks over the base, in its multiples: late in the morning, in the middle of the afternoon. */
const peaks = [
  { at: 11 * hour, width: 1.25 * hour, height: 0.12 },
  { at: 15.5 * hour, width: 1.5 * hour, height: 0.1 },
] as const

const highestCurve = 1 + peaks.reduce((sum, { height }) => sum + height, 0)

function curveAt(second: number): number {
  return peaks.reduce(
    (sum, { at, width, height }) => sum + height * Math.exp(-(((second - at) / width) ** 2)),
    1,
  )
}

/** When somebody is at work: from and to, in seconds of the day. The pauses by plan are left out. */
function* workingSpells({ loginAt, logoutAt, pauses }: Shift): Generator<readonly [number, number]> {
  let from = loginAt
  for (const { at, seconds } of pauses) {
    const to = Math.max(from, at)
    yield [from, to]
    from = Math.min(to + seconds, logoutAt)
  }
  yield [from, logoutAt]
}

/** How many are at work in each minute of the day. */
function staffByMinute(shifts: readonly Shift[]): Int32Array {
  const staff = new Int32Array(day / minute + 1)
  const change = (second: number, by: number) => {
    const index = Math.floor(second / minute)
    staff[index] = (staff[index] ?? 0) + by
  }
  for (const [from, to] of shifts.values().flatMap(workingSpells)) {
    change(from, +1)
    change(to, -1)
  }
  for (let index = 1; index < staff.length; index += 1)
    staff[index] = (staff[index] ?? 0) + (staff[index - 1] ?? 0)
  return staff
}

/** The demand that keeps those on shift about equally busy, be they ten or sixty thousand. */
export function demandFor(shifts: readonly Shift[]): Demand {
  const staff = staffByMinute(shifts)
  const mostStaff = staff.reduce((most, now) => Math.max(most, now), 0)
  const callsPerSecond = (atWork: number) =>
    (atWork + Math.min(atWork, smallTeamLoad)) * (baseLoad / meanHandlingSeconds)
  return {
    rateAt: (second) => callsPerSecond(staff[Math.floor(second / minute)] ?? 0) * curveAt(second),
    peakRate: callsPerSecond(mostStaff) * highestCurve,
  }
}
