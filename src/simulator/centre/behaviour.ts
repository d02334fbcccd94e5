import { chance, exponential, integerBetween, lognormal, pick, type Random } from './random.ts'
import type { Pause } from './shifts.ts'
import { minute } from './time.ts'

const talk = { median: 200, spread: 0.6 }
const afterCallWork = { median: 38, spread: 0.5 }
const outboundTalk = { median: 110, spread: 0.7 }
const internalTalk = { median: 60, spread: 0.5 }
const meanPatience = 4 * minute

const meanOf = ({ median, spread }: { median: number; spread: number }) => median * Math.exp(spread ** 2 / 2)

/** The mean duration of an inbound call including after-call work, in seconds. */
export const meanHandlingSeconds = meanOf(talk) + meanOf(afterCallWork)

const shortPauses = [
  { name: 'Baño', min: 2 * minute, max: 6 * minute },
  { name: 'Pausa activa', min: 4 * minute, max: 8 * minute },
] as const

/** At least 1 second, so that two events of one agent never have the same time. */
const toWholeSeconds = (seconds: number) => Math.max(1, Math.round(seconds))

const drawDuration = (random: Random, { median, spread }: { median: number; spread: number }) =>
  toWholeSeconds(lognormal(random, median, spread))

/** Random decisions and durations of agents and callers. Durations are whole seconds, at least 1. */
export const behaviour = {
  talkSeconds: (random: Random): number => drawDuration(random, talk),
  afterCallWorkSeconds: (random: Random): number => drawDuration(random, afterCallWork),
  outboundTalkSeconds: (random: Random): number => drawDuration(random, outboundTalk),
  internalTalkSeconds: (random: Random): number => drawDuration(random, internalTalk),
  patienceSeconds: (random: Random): number => toWholeSeconds(exponential(random, meanPatience)),

  missesCall: (random: Random): boolean => chance(random, 0.015),
  ringSeconds: (random: Random): number => integerBetween(random, 4, 12),
  missedRingSeconds: 20,

  /** The idle time after which an agent makes an outbound call; `undefined` if the agent waits for calls only. */
  idleSecondsBeforeOutbound: (random: Random): number | undefined =>
    chance(random, 0.2) ? integerBetween(random, 15, 75) : undefined,
  callsColleague: (random: Random): boolean => chance(random, 0.03),
  /** A short pause between two calls, starting `now`; usually `undefined`. */
  shortPause: (random: Random, now: number): Pause | undefined => {
    if (!chance(random, 0.02)) return undefined
    const { name, min, max } = pick(random, shortPauses)
    return { name, at: now, seconds: integerBetween(random, min, max) }
  },
} as const
