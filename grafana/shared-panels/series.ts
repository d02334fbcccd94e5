import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import type { PanelText, Texts } from '../i18n/es.ts'
import { areas, type Series } from '../panels/time-series.ts'
import type { Direction } from '../queries/floor.ts'
import { palette } from '../theme/colors.ts'

/** A measure today, and at the same time yesterday and a week ago. */
export const againstThePast = (
  measure: (offset?: string) => string,
  texts: Texts['series'],
): readonly Series[] => [
  { ref: 'A', expr: measure(), legend: texts.today, color: palette.sky, width: 2 },
  { ref: 'B', expr: measure(' offset 1d'), legend: texts.yesterday, color: palette.orange, dash: [8, 4] },
  { ref: 'C', expr: measure(' offset 1w'), legend: texts.lastWeek, color: palette.purple, dash: [2, 4] },
]

/** Calls in the half hour before each point, by direction. */
export const callAreas = (
  text: PanelText,
  at: GridPos,
  calls: (direction: Direction) => string,
  { series }: Texts,
) => {
  const of = (direction: Direction, color: string) => ({
    ref: direction,
    expr: calls(direction),
    legend: series[direction],
    color,
  })
  return areas({
    ...text,
    at,
    unit: 'none',
    decimals: 0,
    perAgent: true,
    series: [of('inbound', palette.sky), of('outbound', palette.orange), of('internal', palette.pale)],
  })
}
