import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'
import { categories, looks } from '../categories.ts'

/** Shows words in place of numbers, each in its colour. */
export const words = (
  meanings: readonly (readonly [value: number, text: string, color: string])[],
): ValueMapping[] => [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      meanings.map(([value, text, color], index) => [String(value), { text, color, index }]),
    ),
  },
]

/** Shows `aux|Almuerzo` as the state's own name, behind the sign and in the colour of its category. */
export const statusMappings = (noState: string): ValueMapping[] =>
  categories.flatMap((category, index): ValueMapping[] => {
    const { sign, color } = looks[category]
    const shown = category === 'unknown' ? noState : '$1'
    return [
      {
        type: MappingType.RegexToText,
        options: { pattern: `/^${category}\\|(.*)$/`, result: { text: `${sign} ${shown}`, color, index } },
      },
    ]
  })

/** Shows a dash where a state has no limit. */
export const noLimit: ValueMapping = {
  type: MappingType.ValueToText,
  options: { '0': { text: '–', index: 0 } },
}
