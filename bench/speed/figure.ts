/** A bound, of the median of the values or of the largest. */
export interface Target {
  readonly bound: 'at least' | 'at most'
  readonly value: number
  readonly of: 'median' | 'max'
}

export type Unit = '×' | 'ms' | 's' | 'MB' | '/s'

/** One thing measured several times: a line of the table. */
export interface Figure {
  readonly what: string
  /** Agents, in words. */
  readonly at: string
  readonly unit: Unit
  /** At least one. */
  readonly values: readonly number[]
  readonly target?: Target
}

/** Of no values, all are `NaN`. */
export function spreadOf(values: readonly number[]) {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const last = sorted.length - 1
  return { min: at(0), median: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2, max: at(last) }
}

/** @returns `undefined` where there is no target */
export function isMet({ values, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined
  const value = spreadOf(values)[target.of]
  return target.bound === 'at least' ? value >= target.value : value <= target.value
}

/** The pairs' quotients, round by round. */
export function ratios(values: readonly number[], toValues: readonly number[]): number[] {
  return values.map((value, round) => value / (toValues[round] ?? Number.NaN))
}
