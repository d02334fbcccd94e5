import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Texts } from '../i18n/es.ts'
import { words } from '../panels/values.ts'
import { dataStates } from '../queries/data.ts'
import { categories, level, looks } from '../theme/colors.ts'

/** Texts and colours for the state of the data. */
export const dataStateMappings = ({ dataStates: texts }: Texts) => [
  words([
    [dataStates.fresh, texts.fresh, level.good],
    [dataStates.failing, texts.failing, level.watch],
    [dataStates.stale, texts.stale, level.bad],
  ]),
]

/** Shows `aux|Almuerzo` as the name of the state, after the sign and in the colour of its category. */
export const statusMappings = (noState: string): ValueMapping[] =>
  categories.map((category, index): ValueMapping => {
    const { sign, background: color } = looks[category]
    const text = category === 'unknown' ? noState : '$1'
    return {
      type: MappingType.RegexToText,
      options: { pattern: `/^${category}\\|(.*)$/`, result: { text: `${sign} ${text}`, color, index } },
    }
  })
