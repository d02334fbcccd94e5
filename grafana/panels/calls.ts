import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard'
import { palette } from '../palette.ts'
import { callsInHalfHour } from '../queries/agents.ts'
import type { Agents } from '../queries/selection.ts'
import type { PanelText, Texts } from '../texts/texts.ts'
import { areas } from './lines.ts'

/** Calls of the half hour before each moment, by direction. */
export const callAreas = (text: PanelText, at: GridPos, selected: Agents, { series, noData }: Texts) => {
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
    ofAgents: true,
    series: [of('inbound', palette.sky), of('outbound', palette.orange), of('internal', palette.pale)],
    noValue: noData,
  })
}
