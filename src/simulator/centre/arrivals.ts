import type { Demand } from './demand.ts'
import { chance, exponential, type Random } from './random.ts'
import { day } from './time.ts'

/**
 * The moment of the next call after `moment`, both in seconds (with fractions) since the midnight of that day, or
 * `undefined` when none comes before the next midnight. An inhomogeneous Poisson process by thinning: candidates come
 * at the peak rate, each stays with the probability rate / peak.
 */
export function nextArrival(random: Random, demand: Demand, moment: number): number | undefined {
  if (demand.peakRate <= 0) return undefined
  let candidate = moment
  do {
    candidate += exponential(random, 1 / demand.peakRate)
    if (candidate >= day) return undefined
  } while (!chance(random, demand.rateAt(candidate) / demand.peakRate))
  return candidate
}
