import { chance, exponential, integerBetween, lognormal, pick, type Random } from './random.ts'
import type { Pause } from './shifts.ts'
import type { SkillPlan } from './skill.ts'
import { minute } from './time.ts'

const afterCallWork = { median: 38, spread: 0.5 }
const outboundTalk = { median: 110, spread: 0.7 }
const internalTalk = { median: 60, spread: 0.5 }

/** Callers hear a greeting before they hang up. */
const greetingSeconds = 10

const meanOf = ({ median, spread }: { median: number; spread: number }) => median * Math.exp(spread ** 2 / 2)

/** Ringing, short pauses and internal calls for each inbound call, on average. */
const otherSecondsPerCall = 15

/** The mean time that an inbound call takes an agent, in seconds, including after-call work and what comes with a call. */
export const meanWorkSeconds = ({ talk }: SkillPlan): number =>
  meanOf(talk) + meanOf(afterCallWork) + otherSecondsPerCall

const shortPauses = [
  { name: 'Baño', min: 2 * minute, max: 6 * minute },
  { name: 'Pausa activa', min: 4 * minute, max: 8 * minute },
] as const

/** At least 1 second, so that two events of one agent never have the same time. */
const toWholeSeconds = (seconds: number) => Math.max(1, Math.round(seconds))

const drawDuration = (random: Random, { median, spread }: { median: number; spread: number }) =>
  toWholeSeconds(lognormal(random, median, spread))

/** Random decisions and durations of agents and callers. Durations are whole seconds. */
export interface Behaviour {
  readonly talkSeconds: (random: Random, skill: SkillPlan) => number
  readonly afterCallWorkSeconds: (random: Random) => number
  readonly outboundTalkSeconds: (random: Random) => number
  readonly internalTalkSeconds: (random: Random) => number
  /** How long a caller waits before hanging up; `Infinity` for a caller who never does. */
  readonly patienceSeconds: (random: Random, skill: SkillPlan) => number
  readonly missesCall: (random: Random) => boolean
  readonly ringSeconds: (random: Random) => number
  readonly missedRingSeconds: number
  /** The idle time after which an agent makes an outbound call; `undefined` if the agent waits for calls only. */
  readonly idleSecondsBeforeOutbound: (random: Random) => number | undefined
  readonly callsColleague: (random: Random) => boolean
  /** A short pause between two calls, starting `now`; usually `undefined`. */
  readonly shortPause: (random: Random, now: number) => Pause | undefined
}

/** How people in the simulated centre behave. */
export const behaviour: Behaviour = {
  talkSeconds: (random, { talk }) => drawDuration(random, talk),
  afterCallWorkSeconds: (random) => drawDuration(random, afterCallWork),
  outboundTalkSeconds: (random) => drawDuration(random, outboundTalk),
  internalTalkSeconds: (random) => drawDuration(random, internalTalk),
  patienceSeconds: (random, { meanPatience }) =>
    toWholeSeconds(greetingSeconds + exponential(random, meanPatience - greetingSeconds)),

  missesCall: (random) => chance(random, 0.015),
  ringSeconds: (random) => integerBetween(random, 4, 12),
  missedRingSeconds: 20,

  idleSecondsBeforeOutbound: (random) => (chance(random, 0.15) ? integerBetween(random, 60, 150) : undefined),
  callsColleague: (random) => chance(random, 0.03),
  shortPause: (random, now) => {
    if (!chance(random, 0.02)) return undefined
    const { name, min, max } = pick(random, shortPauses)
    return { name, at: now, seconds: integerBetween(random, min, max) }
  },
}
