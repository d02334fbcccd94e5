import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** A stream of random numbers. Every draw changes it, so the order of draws is part of a simulation. */
export type Random = RandomGenerator

/** The first numbers of neighbouring seeds resemble one another: these are thrown away. */
const warmUpDraws = 64

/** A stream that is wholly decided by `seed` (a whole number; only its low 32 bits count). */
export function seededRandom(seed: number): Random {
  const random = xoroshiro128plus(seed)
  for (let draw = 0; draw < warmUpDraws; draw += 1) random.next()
  return random
}

/** True with `probability` (0–1). */
export function chance(random: Random, probability: number): boolean {
  return uniformFloat64(random) < probability
}

/** A whole number from `least` to `most`, both included. */
export function wholeBetween(random: Random, least: number, most: number): number {
  return least + Math.floor(uniformFloat64(random) * (most - least + 1))
}

/** One of `choices`, each equally likely. Throws a RangeError when there are none. */
export function pick<T>(random: Random, choices: readonly T[]): T {
  const chosen = choices[wholeBetween(random, 0, choices.length - 1)]
  if (chosen === undefined) throw new RangeError('nothing to pick from')
  return chosen
}

/** A waiting time of the given mean, in the unit of the mean: the gap between events of a Poisson process. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - uniformFloat64(random))
}

/**
 * A duration that is mostly near its median with a long tail to the right, as conversations are.
 * `spread` is the standard deviation of its logarithm; the mean is `median · exp(spread² / 2)`.
 */
export function lognormal(random: Random, median: number, spread: number): number {
  // Box–Muller; 1 − u keeps the logarithm away from zero.
  const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)))
  return median * Math.exp(spread * radius * Math.cos(2 * Math.PI * uniformFloat64(random)))
}
