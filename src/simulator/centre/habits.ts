import { chance, exponential, lognormal, pick, type Random, wholeBetween } from './random.ts'
import type { Pause } from './shifts.ts'
import { minute } from './time.ts'

const talk = { median: 200, spread: 0.6 }
const afterCallWork = { median: 38, spread: 0.5 }
const outboundTalk = { median: 110, spread: 0.7 }
const internalTalk = { median: 60, spread: 0.5 }
const meanPatience = 4 * minute

const meanOf = ({ median, spread }: { median: number; spread: number }) => median * Math.exp(spread ** 2 / 2)

/** What an inbound call takes on average, after-call work included, in seconds. */
export const meanHandlingSeconds = meanOf(talk) + meanOf(afterCallWork)

const shortPauses = [
  { name: 'Baño', least: 2 * minute, most: 6 * minute },
  { name: 'Pausa activa', least: 4 * minute, most: 8 * minute },
] as const

/** Nothing takes less than a second, which also keeps two events of one agent apart. */
const wholeSeconds = (seconds: number) => Math.max(1, Math.round(seconds))

const lasting = (random: Random, { median, spread }: { median: number; spread: number }) =>
  wholeSeconds(lognormal(random, median, spread))

/** What people do, drawn anew each time: durations are whole seconds of at least 1. */
export const habits = {
  talkSeconds: (random: Random): number => lasting(random, talk),
  afterCallWorkSeconds: (random: Random): number => lasting(random, afterCallWork),
  outboundTalkSeconds: (random: Random): number => lasting(random, outboundTalk),
  internalTalkSeconds: (random: Random): number => lasting(random, internalTalk),
  patienceSeconds: (random: Random): number => wholeSeconds(exponential(random, meanPatience)),

  missesCall: (random: Random): boolean => chance(random, 0.015),
  ringSeconds: (random: Random): number => wholeBetween(random, 4, 12),
  missedRingSeconds: 20,

  /** After how many idle seconds an agent would dial out; `undefined` when waiting for calls is all there is to do. */
  idleSecondsBeforeOutbound: (random: Random): number | undefined =>
    chance(random, 0.2) ? wholeBetween(random, 15, 75) : undefined,
  callsColleague: (random: Random): boolean => chance(random, 0.03),
  /** A short pause between two calls, starting `now`; mostly none. */
  shortPause: (random: Random, now: number): Pause | undefined => {
    if (!chance(random, 0.02)) return undefined
    const { name, least, most } = pick(random, shortPauses)
    return { name, at: now, seconds: wholeBetween(random, least, most) }
  },
} as const
