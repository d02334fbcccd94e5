import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** A random number generator. Each draw changes its state, so a simulation also depends on the order of draws. */
export type Random = RandomGenerator

/** The first numbers of neighbouring seeds are similar, so these draws are discarded. */
const warmUpDraws = 64

/** Creates a generator from `seed`, an integer of which only the low 32 bits count. */
export function seededRandom(seed: number): Random {
  const random = xoroshiro128plus(seed)
  for (let draw = 0; draw < warmUpDraws; draw += 1) random.next()
  return random
}

/**
 * An integer seed that depends on all `parts` (integers), so that a subsystem has its own random numbers and does not
 * change those of the others. Neighbouring parts give unrelated seeds.
 */
export function deriveSeed(...parts: readonly number[]): number {
  let hash = 0x9e37_79b9
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x85eb_ca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
    hash ^= hash >>> 16
  }
  return hash
}

/** Draws a number from `min` (included) to `max` (excluded). */
export function between(random: Random, min: number, max: number): number {
  return min + uniformFloat64(random) * (max - min)
}

/** Returns true with `probability` (0–1). */
export function chance(random: Random, probability: number): boolean {
  return uniformFloat64(random) < probability
}

/** Draws an integer from `min` to `max`, both included. */
export function integerBetween(random: Random, min: number, max: number): number {
  return min + Math.floor(uniformFloat64(random) * (max - min + 1))
}

/** Draws one of `choices`, each with its share of the sum. Throws a RangeError if no share is positive. */
export function pickByShare<T>(
  random: Random,
  choices: readonly { readonly value: T; readonly share: number }[],
): T {
  let sum = 0
  for (const { share } of choices) sum += share
  let left = uniformFloat64(random) * sum
  for (const { value, share } of choices) {
    left -= share
    if (left < 0) return value
  }
  throw new RangeError('choices: at least one share must be positive')
}

/** Draws one of `choices` with equal probability. Throws a RangeError if there are none. */
export function pick<T>(random: Random, choices: readonly T[]): T {
  const chosen = choices[integerBetween(random, 0, choices.length - 1)]
  if (chosen === undefined) throw new RangeError('choices: must not be empty')
  return chosen
}

/** Draws from the exponential distribution: the time between two events of a Poisson process. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - uniformFloat64(random))
}

/**
 * Draws from the lognormal distribution, which fits the durations of conversations: most are near the median, a few are
 * very long. `spread` is the standard deviation of the logarithm; the mean is `median · exp(spread² / 2)`.
 */
export function lognormal(random: Random, median: number, spread: number): number {
  // The Box–Muller transform. 1 − u avoids the logarithm of zero.
  const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)))
  return median * Math.exp(spread * radius * Math.cos(2 * Math.PI * uniformFloat64(random)))
}
