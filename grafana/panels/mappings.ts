import { MappingType, SpecialValueMatch, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'
import { palette } from '../look/palette.ts'

/** Shows a dash where there is no number. */
export const noNumber: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: '–', color: palette.none, index: 9 } },
}

/** What is shown in place of a number; without a colour it keeps the one that it has. */
export type Meaning = readonly [value: number, text: string, color?: string]

/** Shows words in place of numbers. */
export const words = (meanings: readonly Meaning[]): ValueMapping => ({
  type: MappingType.ValueToText,
  options: Object.fromEntries(
    meanings.map(([value, text, color], index) => [
      String(value),
      { text, index, ...(color !== undefined && { color }) },
    ]),
  ),
})
