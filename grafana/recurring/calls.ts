import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import { palette } from '../look/palette.ts'
import { areas } from '../panels/time-series.ts'
import { callsInHalfHour } from '../queries/agent-day.ts'
import type { Agents } from '../queries/selection.ts'
import type { PanelText, Texts } from '../texts/texts.ts'

/** Calls of the half hour before each moment, by direction. */
export const callAreas = (text: PanelText, at: GridPos, selected: Agents, { series }: Texts) => {
  const of = (direction: 'inbound' | 'outbound' | 'internal', color: string) => ({
    ref: direction,
    expr: callsInHalfHour(`wolkvox_agent_${direction}_calls`, selected),
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
