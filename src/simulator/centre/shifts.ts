import { chance, type Random, wholeBetween } from './random.ts'
import { hour, minute } from './time.ts'

/** An auxiliary state to be entered once `at` has come, for so many seconds. */
export interface Pause {
  readonly name: string
  readonly at: number
  readonly seconds: number
}

/** One agent's day, in whole seconds since midnight of that day; the pauses in the order of their times. */
export interface Shift {
  readonly loginAt: number
  readonly logoutAt: number
  readonly pauses: readonly Pause[]
}

/** The three shifts with the share of the agents that works them. Nobody works at night. */
const shiftPatterns = [
  { share: 0.4, from: 6 * hour, to: 14 * hour },
  { share: 0.35, from: 9 * hour, to: 18 * hour },
  { share: 0.25, from: 13 * hour, to: 22 * hour },
] as const

/** Times by the clock are met within so many seconds, early or late. */
const jitter = 10 * minute

const absence = 0.03

/**
 * Pauses by plan: had with `probability`, due when the share `after` of the shift has gone by, give or take `stagger`
 * seconds, so that a team does not go all at once.
 */
const plannedPauses = [
  {
    name: 'Reunión',
    probability: 0.25,
    after: 0.2,
    stagger: 60 * minute,
    least: 15 * minute,
    most: 30 * minute,
  },
  {
    name: 'Capacitación',
    probability: 0.2,
    after: 0.4,
    stagger: 90 * minute,
    least: 30 * minute,
    most: 60 * minute,
  },
  { name: 'Break', probability: 1, after: 0.25, stagger: 60 * minute, least: 10 * minute, most: 15 * minute },
  {
    name: 'Almuerzo',
    probability: 1,
    after: 0.5,
    stagger: 90 * minute,
    least: 30 * minute,
    most: 45 * minute,
  },
  { name: 'Break', probability: 1, after: 0.8, stagger: 60 * minute, least: 10 * minute, most: 15 * minute },
] as const

/** The golden ratio's fraction: multiples of it, modulo 1, fill the shares evenly however few agents there are. */
const evenStep = 0.618_033_988_749_895

function patternOf(agentIndex: number): (typeof shiftPatterns)[number] {
  const place = (agentIndex * evenStep) % 1
  if (place < shiftPatterns[0].share) return shiftPatterns[0]
  return place < shiftPatterns[0].share + shiftPatterns[1].share ? shiftPatterns[1] : shiftPatterns[2]
}

function planPauses(random: Random, loginAt: number, length: number): Pause[] {
  return plannedPauses
    .filter(({ probability }) => chance(random, probability))
    .map(({ name, after, stagger, least, most }) => ({
      name,
      at: loginAt + Math.round(after * length) + wholeBetween(random, -stagger, stagger),
      seconds: wholeBetween(random, least, most),
    }))
    .sort((one, other) => one.at - other.at)
}

/**
 * Draws the day of the agent with this index: always the same of the three shifts, never at quite the same times.
 * `undefined` when the agent stays away that day.
 */
export function planShift(random: Random, agentIndex: number): Shift | undefined {
  if (chance(random, absence)) return undefined
  const { from, to } = patternOf(agentIndex)
  const loginAt = from + wholeBetween(random, -jitter, jitter)
  const logoutAt = to + wholeBetween(random, -jitter, jitter)
  return { loginAt, logoutAt, pauses: planPauses(random, loginAt, logoutAt - loginAt) }
}
