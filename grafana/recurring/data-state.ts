import { level } from '../look/palette.ts'
import { words } from '../panels/mappings.ts'
import { dataStates } from '../queries/data.ts'
import type { Texts } from '../texts/texts.ts'

/** What the state of the data is called. */
export const dataStateMappings = ({ dataStates: texts }: Texts) => [
  words([
    [dataStates.fresh, texts.fresh, level.good],
    [dataStates.failing, texts.failing, level.watch],
    [dataStates.stale, texts.stale, level.bad],
  ]),
]
