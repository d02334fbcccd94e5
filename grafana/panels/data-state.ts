import { level } from '../palette.ts'
import { dataStates } from '../queries/data.ts'
import type { Texts } from '../texts/texts.ts'
import { words } from './mappings.ts'

/** What the state of the data is called. */
export const dataStateMappings = ({ dataStates: texts }: Texts) =>
  words([
    [dataStates.fresh, texts.fresh, level.good],
    [dataStates.failing, texts.failing, level.watch],
    [dataStates.stale, texts.stale, level.bad],
  ])
