import {
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'

/** A colour, and the value from which it holds. */
export type Step = readonly [from: number, color: string]

/** Grafana takes thresholds as they stand: out of order it would colour wrongly, and not complain. */
export class ThresholdOrderError extends Error {
  override readonly name = 'ThresholdOrderError'

  constructor(from: readonly number[]) {
    super(`thresholds have to rise, and these do not: ${from.join(', ')}; see the limits in rules/limits.yml`)
  }
}

/** Thresholds from the lowest on; `first` holds below all of them. @throws ThresholdOrderError */
export const steps = (first: string, ...more: readonly Step[]): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepList(first, ...more))

/** The same as plain values, for overrides. @throws ThresholdOrderError */
export function stepList(first: string, ...more: readonly Step[]): Threshold[] {
  const from = more.map(([value]) => value)
  if (from.some((value, index) => value <= (from[index - 1] ?? Number.NEGATIVE_INFINITY)))
    throw new ThresholdOrderError(from)
  return [{ value: null, color: first }, ...more.map(([value, color]) => ({ value, color }))]
}
