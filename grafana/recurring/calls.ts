import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import { palette } from '../look/palette.ts'
import { areas } from '../panels/time-series.ts'
import type { Direction } from '../queries/floor.ts'
import type { PanelText, Texts } from '../texts/texts.ts'

/** Calls of the half hour before each moment, by direction. */
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
