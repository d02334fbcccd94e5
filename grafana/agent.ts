import type { PanelText, Texts } from './i18n/es.ts'
import { alertAnnotation, onAgents, restartAnnotation } from './layout/annotations.ts'
import { buildDashboard } from './layout/dashboard.ts'
import { agentVariable, datasourceVariable, operationVariable } from './layout/variables.ts'
import type { AllLimits } from './limits.ts'
import { bars } from './panels/bar-gauge.ts'
import { box } from './panels/parts.ts'
import { timeline } from './panels/state-timeline.ts'
import { table } from './panels/table.ts'
import { lines, MOMENTS } from './panels/time-series.ts'
import {
  acwPerCallOf,
  ahtOf,
  callsInHalfHour,
  dayTotal,
  MAX_CHARTED_AGENTS,
  median,
  occupancyOf,
  ofShownAgents,
  statesOfShownAgents,
  timeInAuxStates,
} from './queries/agent-day.ts'
import { WHO } from './queries/agent-labels.ts'
import { type Agents, everybody, ofAgent } from './queries/selection.ts'
import { type AgentColumn, agentColumns } from './shared-panels/agent-columns.ts'
import { statusMappings } from './shared-panels/mappings.ts'
import { callAreas } from './shared-panels/series.ts'
import { looks, palette } from './theme/colors.ts'

const NOW: readonly AgentColumn[] = [
  'agent',
  'operation',
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
]

/** The day of one agent or a few, with the median of their operation. */
export function agent(texts: Texts, limits: AllLimits) {
  const { panels, series } = texts
  const timeIn = (ref: string, metric: string, legend: string, color: string) => ({
    ref,
    expr: dayTotal(metric, ofAgent),
    legend,
    color,
  })
  const besideMedian = (text: PanelText, x: number, unit: string, measure: (selected: Agents) => string) =>
    lines({
      ...text,
      at: box(x, 10, 6, 6),
      unit,
      min: 0,
      perAgent: true,
      series: [
        // First in the legend: with many agents, its end is cut off.
        {
          ref: 'B',
          expr: median(measure(everybody)),
          legend: series.median,
          color: palette.pale,
          dash: [8, 4],
        },
        { ref: 'A', expr: ofShownAgents(measure, ofAgent), legend: `{{${WHO}}}`, width: 2 },
      ],
    })
  return buildDashboard('agent', texts, {
    variables: [datasourceVariable(texts), operationVariable(texts), agentVariable(texts)],
    annotations: [alertAnnotation(texts, onAgents), restartAnnotation(texts)],
    panels: [
      table({
        ...panels.agentNow,
        at: box(0, 0, 24, 4),
        columns: agentColumns(NOW, ofAgent, texts, limits),
        leftOut: ['agent_name'],
        sortBy: { heading: texts.columns.limitShare, descending: true },
      }),
      timeline({
        ...panels.timeline,
        description: panels.timeline.description(MAX_CHARTED_AGENTS),
        at: box(0, 4, 24, 6),
        expr: statesOfShownAgents(ofAgent),
        mappings: statusMappings(texts.categories.unknown),
      }),
      bars({
        ...panels.timeSpent,
        at: box(0, 10, 6, 6),
        unit: 'dthms',
        bars: [
          timeIn('A', 'wolkvox_agent_inbound_seconds', series.inboundTime, looks.talk.color),
          timeIn('B', 'wolkvox_agent_outbound_seconds', series.outboundTime, palette.blue),
          timeIn('C', 'wolkvox_agent_acw_seconds', series.acw, looks.acw.color),
          timeIn('D', 'wolkvox_agent_ready_seconds', series.ready, looks.ready.color),
          timeIn('E', 'wolkvox_agent_ring_seconds', series.ring, looks.ring.color),
          timeIn('F', 'wolkvox_agent_aux_seconds', series.aux, looks.aux.color),
        ],
      }),
      besideMedian(panels.agentAht, 6, 'dthms', ahtOf),
      besideMedian(panels.agentAcw, 12, 'dthms', acwPerCallOf),
      besideMedian(panels.agentOccupancy, 18, 'percentunit', occupancyOf),
      callAreas(
        panels.agentCalls,
        box(0, 16, 14, 8),
        (direction) => callsInHalfHour(direction, ofAgent),
        texts,
      ),
      bars({
        ...panels.agentAux,
        at: box(14, 16, 10, 8),
        unit: 'dthms',
        bars: [{ ref: 'A', expr: timeInAuxStates(ofAgent), legend: '{{state}}', color: looks.aux.color }],
      })
        .interval('1m')
        .maxDataPoints(MOMENTS),
    ],
  })
}
