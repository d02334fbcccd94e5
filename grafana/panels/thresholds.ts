import {
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'

/** A colour, and the value from which it holds. */
export type Step = readonly [from: number, color: string]

/** Thresholds from the lowest on; `first` holds below all of them. */
export const steps = (first: string, ...more: readonly Step[]): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepList(first, ...more))

/** The same as plain values, for overrides. */
export const stepList = (first: string, ...more: readonly Step[]): Threshold[] => [
  { value: null, color: first },
  ...more.map(([value, color]) => ({ value, color })),
]
