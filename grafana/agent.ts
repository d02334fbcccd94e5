import { alertAnnotation, onAgents, restartAnnotation } from './annotations.ts'
import { looks } from './categories.ts'
import { frame } from './frame.ts'
import type { Limits } from './limits.ts'
import { palette } from './palette.ts'
import { type AgentColumn, agentColumns } from './panels/agent-columns.ts'
import { bars } from './panels/bars.ts'
import { box } from './panels/box.ts'
import { callAreas } from './panels/calls.ts'
import { lines } from './panels/lines.ts'
import { table } from './panels/table.ts'
import { timeline } from './panels/timeline.ts'
import {
  dayTotal,
  median,
  ofShownAgents,
  statesOfShownAgents,
  timeInAuxStates,
  WHO,
} from './queries/agents.ts'
import { everybody, ofAgent } from './queries/selection.ts'
import type { PanelText, Texts } from './texts/texts.ts'
import { agentVariable, datasourceVariable, operationVariable } from './variables.ts'

const NOW: readonly AgentColumn[] = [
  'agent',
  'status',
  'timeInState',
  'limitShare',
  'login',
  'calls',
  'aht',
  'occupancy',
  'acw',
  'aux',
  'id',
  'operation',
]

/** One agent's day, or that of a few, beside the middle of their operation. */
export function agent(texts: Texts, limits: Limits) {
  const { panels, series, noData: noValue } = texts
  const spent = (ref: string, metric: string, legend: string, color: string) => ({
    ref,
    expr: dayTotal(metric, ofAgent),
    legend,
    color,
  })
  const besideMedian = (text: PanelText, x: number, unit: string, measure: (matchers: string) => string) =>
    lines({
      ...text,
      at: box(x, 10, 6, 6),
      unit,
      min: 0,
      ofAgents: true,
      series: [
        { ref: 'A', expr: ofShownAgents(measure(ofAgent.agents), ofAgent), legend: `{{${WHO}}}`, width: 2 },
        {
          ref: 'B',
          expr: median(measure(everybody.agents)),
          legend: series.median,
          color: palette.pale,
          dash: [8, 4],
        },
      ],
      noValue,
    })
  return frame('agent', texts, {
    variables: [datasourceVariable(texts), operationVariable(texts), agentVariable(texts)],
    annotations: [alertAnnotation(texts, onAgents), restartAnnotation(texts)],
    panels: [
      table({
        ...panels.agentNow,
        at: box(0, 0, 24, 4),
        columns: agentColumns(NOW, ofAgent, texts, limits),
        hidden: ['agent_name'],
        sortBy: { heading: texts.columns.limitShare, descending: true },
        noValue,
      }),
      timeline({
        ...panels.timeline,
        at: box(0, 4, 24, 6),
        expr: statesOfShownAgents(ofAgent),
        noState: texts.categories.unknown,
        noValue,
      }),
      bars({
        ...panels.timeSpent,
        at: box(0, 10, 6, 6),
        unit: 'dthms',
        bars: [
          spent('A', 'wolkvox_agent_inbound_seconds', series.inboundTime, looks.talk.color),
          spent('B', 'wolkvox_agent_outbound_seconds', series.outboundTime, palette.blue),
          spent('C', 'wolkvox_agent_acw_seconds', series.acw, looks.acw.color),
          spent('D', 'wolkvox_agent_ready_seconds', series.ready, looks.ready.color),
          spent('E', 'wolkvox_agent_ring_seconds', series.ring, looks.ring.color),
          spent('F', 'wolkvox_agent_aux_seconds', series.aux, looks.aux.color),
        ],
        noValue,
      }),
      besideMedian(panels.agentAht, 6, 'dthms', (matchers) => `(wolkvox_agent_aht_seconds{${matchers}} > 0)`),
      besideMedian(
        panels.agentAcw,
        12,
        'dthms',
        (matchers) => `wolkvox_agent_acw_seconds{${matchers}} / (wolkvox_agent_calls{${matchers}} > 0)`,
      ),
      besideMedian(
        panels.agentOccupancy,
        18,
        'percentunit',
        (matchers) => `wolkvox_agent_occupancy_ratio{${matchers}}`,
      ),
      callAreas(panels.agentCalls, box(0, 16, 14, 8), ofAgent, texts),
      bars({
        ...panels.agentAux,
        at: box(14, 16, 10, 8),
        unit: 'dthms',
        bars: [{ ref: 'A', expr: timeInAuxStates(ofAgent), legend: '{{state}}', color: looks.aux.color }],
        noValue,
      }),
    ],
  })
}
