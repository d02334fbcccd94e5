import {
  MappingType,
  SpecialValueMatch,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { palette } from '../theme/colors.ts'

/** Shows a dash if there is no number. */
export const noNumber: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: '–', color: palette.none, index: 9 } },
}

/** A text for a number. Without a colour, the value keeps its own. */
export type Meaning = readonly [value: number, text: string, color?: string]

/** Shows texts instead of numbers. */
export const words = (meanings: readonly Meaning[]): ValueMapping => ({
  type: MappingType.ValueToText,
  options: Object.fromEntries(
    meanings.map(([value, text, color], index) => [
      String(value),
      { text, index, ...(color !== undefined && { color }) },
    ]),
  ),
})

/** A colour, and the lowest value that has it. */
export type Step = readonly [from: number, color: string]

/** Thresholds are not in ascending order. Grafana would accept them and show wrong colours. */
export class ThresholdOrderError extends Error {
  override readonly name = 'ThresholdOrderError'

  constructor(from: readonly number[]) {
    super(`thresholds must be in ascending order: ${from.join(', ')}; check the limits in rules/limits.yml`)
  }
}

/** Thresholds in ascending order. @param first colour below all of them @throws ThresholdOrderError */
export const steps = (first: string, ...more: readonly Step[]): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepList(first, ...more))

/** The same as plain values, for overrides. @throws ThresholdOrderError */
export function stepList(first: string, ...more: readonly Step[]): Threshold[] {
  const from = more.map(([value]) => value)
  if (from.some((value, index) => value <= (from[index - 1] ?? Number.NEGATIVE_INFINITY)))
    throw new ThresholdOrderError(from)
  return [{ value: null, color: first }, ...more.map(([value, color]) => ({ value, color }))]
}
