import { palette } from '../look/palette.ts'
import type { Series } from '../panels/time-series.ts'
import type { Texts } from '../texts/texts.ts'

/** The same measure today, and at the same hour of yesterday and of a week ago. */
export const againstThePast = (
  measure: (offset?: string) => string,
  texts: Texts['series'],
): readonly Series[] => [
  { ref: 'A', expr: measure(), legend: texts.today, color: palette.sky, width: 2 },
  { ref: 'B', expr: measure(' offset 1d'), legend: texts.yesterday, color: palette.orange, dash: [8, 4] },
  { ref: 'C', expr: measure(' offset 1w'), legend: texts.lastWeek, color: palette.purple, dash: [2, 4] },
]
