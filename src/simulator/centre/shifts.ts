import { chance, integerBetween, type Random } from './random.ts'
import { hour, minute } from './time.ts'

/** An auxiliary state of an agent: its earliest start and its duration in seconds. */
export interface Pause {
  readonly name: string
  readonly at: number
  readonly seconds: number
}

/** One agent's working day, in whole seconds since midnight of that day. The pauses are in the order of their times. */
export interface Shift {
  readonly loginAt: number
  readonly logoutAt: number
  readonly pauses: readonly Pause[]
}

/** The three shifts, with the share of agents in each. No shift covers the night. */
const shiftPatterns = [
  { share: 0.4, from: 6 * hour, to: 14 * hour },
  { share: 0.35, from: 9 * hour, to: 18 * hour },
  { share: 0.25, from: 13 * hour, to: 22 * hour },
] as const

/** Agents log in and out up to this many seconds early or late. */
const jitter = 10 * minute

const absenceProbability = 0.03

/**
 * Planned pauses. An agent has each with `probability`. It is due after the share `after` of the shift, up to `stagger`
 * seconds earlier or later, so that the agents of a team do not all pause together.
 */
const plannedPauses = [
  {
    name: 'Reunión',
    probability: 0.25,
    after: 0.2,
    stagger: 60 * minute,
    min: 15 * minute,
    max: 30 * minute,
  },
  {
    name: 'Capacitación',
    probability: 0.2,
    after: 0.4,
    stagger: 90 * minute,
    min: 30 * minute,
    max: 60 * minute,
  },
  { name: 'Break', probability: 1, after: 0.25, stagger: 60 * minute, min: 10 * minute, max: 15 * minute },
  {
    name: 'Almuerzo',
    probability: 1,
    after: 0.5,
    stagger: 90 * minute,
    min: 30 * minute,
    max: 45 * minute,
  },
  { name: 'Break', probability: 1, after: 0.8, stagger: 60 * minute, min: 10 * minute, max: 15 * minute },
] as const

/** The fractional part of the golden ratio. Its multiples, modulo 1, are evenly spread even for a few agents. */
const goldenRatioStep = 0.618_033_988_749_895

function patternOf(agentIndex: number): (typeof shiftPatterns)[number] {
  const position = (agentIndex * goldenRatioStep) % 1
  if (position < shiftPatterns[0].share) return shiftPatterns[0]
  return position < shiftPatterns[0].share + shiftPatterns[1].share ? shiftPatterns[1] : shiftPatterns[2]
}

function planPauses(random: Random, loginAt: number, length: number): Pause[] {
  return plannedPauses
    .filter(({ probability }) => chance(random, probability))
    .map(({ name, after, stagger, min, max }) => ({
      name,
      at: loginAt + Math.round(after * length) + integerBetween(random, -stagger, stagger),
      seconds: integerBetween(random, min, max),
    }))
    .sort((one, other) => one.at - other.at)
}

/**
 * Draws one working day of the agent with this index. The agent has the same shift every day, with slightly different
 * times. Returns `undefined` if the agent is absent that day.
 */
export function planShift(random: Random, agentIndex: number): Shift | undefined {
  if (chance(random, absenceProbability)) return undefined
  const { from, to } = patternOf(agentIndex)
  const loginAt = from + integerBetween(random, -jitter, jitter)
  const logoutAt = to + integerBetween(random, -jitter, jitter)
  return { loginAt, logoutAt, pauses: planPauses(random, loginAt, logoutAt - loginAt) }
}
