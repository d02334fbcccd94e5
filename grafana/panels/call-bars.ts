import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import { palette } from '../palette.ts'
import { callsInHalfHour } from '../queries/agents.ts'
import type { Agents } from '../queries/selection.ts'
import type { PanelText, Texts } from '../texts/texts.ts'
import { halfHourBars } from './lines.ts'

/** Calls of each half hour by direction. */
export const callBars = (text: PanelText, at: GridPos, selected: Agents, { series, noData }: Texts) => {
  const of = (direction: 'inbound' | 'outbound' | 'internal', color: string) => ({
    ref: direction,
    expr: callsInHalfHour(`wolkvox_agent_${direction}_calls`, selected),
    legend: series[direction],
    color,
  })
  return halfHourBars({
    ...text,
    at,
    unit: 'none',
    series: [of('inbound', palette.sky), of('outbound', palette.orange), of('internal', palette.pale)],
    noValue: noData,
  })
}
