import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'
import { categories, looks } from '../look/categories.ts'

/** Shows `aux|Almuerzo` as the state's own name, behind the sign and in the colour of its category. */
export const statusMappings = (noState: string): ValueMapping[] =>
  categories.map((category, index): ValueMapping => {
    const { sign, background: color } = looks[category]
    const shown = category === 'unknown' ? noState : '$1'
    return {
      type: MappingType.RegexToText,
      options: { pattern: `/^${category}\\|(.*)$/`, result: { text: `${sign} ${shown}`, color, index } },
    }
  })
