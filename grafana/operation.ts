import { GraphThresholdsStyleMode } from '@grafana/grafana-foundation-sdk/common'
import type { Texts } from './i18n/es.ts'
import { aboveAgents, alertAnnotation, restartAnnotation } from './layout/annotations.ts'
import { buildDashboard } from './layout/dashboard.ts'
import { categoryVariable, datasourceVariable, groupVariable, operationVariable } from './layout/variables.ts'
import type { AllLimits } from './limits.ts'
import { bars } from './panels/bar-gauge.ts'
import { box } from './panels/parts.ts'
import { stat } from './panels/stat.ts'
import { table } from './panels/table.ts'
import { areas, lines } from './panels/time-series.ts'
import { steps } from './panels/values.ts'
import { limitShareOfLongest, longestInState, overLimit } from './queries/agents.ts'
import { dataAge, dataState, nextRefresh } from './queries/data.ts'
import {
  acwPerCall,
  agentsIn,
  aht,
  auxShare,
  auxStates,
  callsInHalfHour,
  fewestReady,
  loggedIn,
  occupancy,
  occupancyOfEach,
  withOnlyOperation,
} from './queries/floor.ts'
import { agentsReport, everybody, inTables, limitWith } from './queries/selection.ts'
import { agentColumns, allAgentColumns } from './shared-panels/agent-columns.ts'
import { groupColumns } from './shared-panels/group-columns.ts'
import {
  limitLine,
  occupancyBand,
  occupancyLevels,
  occupancyTarget,
  thresholdsBy,
} from './shared-panels/limits.ts'
import { dataStateMappings } from './shared-panels/mappings.ts'
import { againstThePast, callAreas } from './shared-panels/series.ts'
import { categories, level, looks } from './theme/colors.ts'

/** Agents in the list of those who need attention. */
export const LONGEST = 10

/** The wall screen: how fresh the data is, what the agents are doing, who needs attention. */
export function operation(texts: Texts, limits: AllLimits) {
  const { panels, series } = texts
  const onTop = [
    stat({
      ...panels.dataState,
      at: box(0, 0, 3, 3),
      expr: dataState(agentsReport),
      unit: 'none',
      mappings: dataStateMappings(texts),
      // Also red if the query returns nothing.
      thresholds: steps(level.bad),
    }),
    stat({
      ...panels.dataAge,
      at: box(3, 0, 3, 3),
      expr: dataAge(agentsReport),
      unit: 'dthms',
      name: '{{operation}}',
    }),
    stat({
      ...panels.nextRefresh,
      at: box(6, 0, 3, 3),
      expr: nextRefresh(agentsReport),
      unit: 'dthms',
    }),
    stat({ ...panels.loggedIn, at: box(9, 0, 3, 3), expr: loggedIn, unit: 'none' }),
    stat({
      ...panels.ready,
      at: box(12, 0, 3, 3),
      expr: fewestReady,
      unit: 'none',
      name: '{{operation}}',
      ...thresholdsBy(limits, ({ noAgentReadyAlert }) =>
        steps(level.unknown, [0, noAgentReadyAlert ? level.bad : level.good], [1, level.good]),
      ),
    }),
    stat({
      ...panels.occupancyNow,
      description: panels.occupancyNow.description(occupancyTarget),
      at: box(15, 0, 3, 3),
      expr: withOnlyOperation(occupancy),
      unit: 'percentunit',
      decimals: 0,
      ...thresholdsBy(limits, occupancyLevels),
    }),
    stat({
      ...panels.auxShareNow,
      description: panels.auxShareNow.description(limits.auxShare),
      at: box(18, 0, 3, 3),
      expr: withOnlyOperation(auxShare()),
      unit: 'percentunit',
      decimals: 0,
      ...thresholdsBy(limits, (of) => steps(level.unknown, [0, level.good], [of.auxShare, level.bad])),
    }),
    stat({
      ...panels.overLimit,
      at: box(21, 0, 3, 3),
      expr: overLimit(everybody),
      unit: 'none',
      thresholds: steps(level.unknown, [0, level.good], [1, level.watch]),
    }),
  ]
  const floor = [
    bars({
      ...panels.byCategory,
      at: box(0, 3, 6, 7),
      unit: 'none',
      bars: byCategory(texts, categories),
    }),
    areas({
      ...panels.throughDay,
      at: box(6, 3, 6, 7),
      unit: 'none',
      decimals: 0,
      series: byCategory(
        texts,
        categories.filter((category) => category !== 'logout' && category !== 'unknown'),
      ),
    }),
    table({
      ...panels.longest,
      description: panels.longest.description(LONGEST),
      at: box(12, 3, 12, 7),
      columns: agentColumns(
        ['agent', 'operation', 'status', 'timeInState', 'limitShare'],
        inTables,
        texts,
        limits,
        {
          timeInState: longestInState(LONGEST, inTables),
          limitShare: limitShareOfLongest(LONGEST, inTables),
        },
      ),
      leftOut: ['agent_name'],
      hidden: ['agent_id'],
      sortBy: { heading: texts.columns.limitShare, descending: true },
      noValue: texts.noAgents,
    }),
  ]
  const day = [
    lines({
      ...panels.occupancy,
      title: panels.occupancy.title(occupancyTarget),
      at: box(0, 10, 6, 6),
      unit: 'percentunit',
      min: 0,
      softMax: 1,
      series: [
        { ref: 'A', expr: occupancyOfEach, legend: '{{operation}}', width: 2 },
        limitLine('B', limitWith(agentsReport, 'occupancy_high_ratio'), series.limit),
      ],
      thresholds: { steps: occupancyBand, style: GraphThresholdsStyleMode.DashedAndArea },
    }),
    lines({
      ...panels.aht,
      min: 0,
      at: box(6, 10, 6, 6),
      unit: 'dthms',
      series: againstThePast(aht, series),
    }),
    lines({
      ...panels.acw,
      min: 0,
      at: box(12, 10, 6, 6),
      unit: 'dthms',
      series: againstThePast(acwPerCall, series),
    }),
    lines({
      ...panels.aux,
      at: box(18, 10, 6, 6),
      unit: 'percentunit',
      min: 0,
      series: [
        ...againstThePast(auxShare, series),
        limitLine('D', limitWith(agentsReport, 'aux_ratio'), series.limit),
      ],
    }),
  ]
  const details = [
    table({
      ...panels.agents,
      at: box(0, 16, 24, 16),
      columns: agentColumns(allAgentColumns, inTables, texts, limits),
      leftOut: ['agent_name'],
      sortBy: { heading: texts.columns.limitShare, descending: true },
    }),
    table({
      ...panels.groups,
      at: box(0, 32, 24, 8),
      columns: groupColumns(texts, limits),
      sortBy: { heading: texts.groupColumns.loggedIn, descending: true },
      noValue: texts.noGroups,
    }),
    callAreas(panels.calls, box(0, 40, 14, 8), callsInHalfHour, texts),
    bars({
      ...panels.auxStates,
      at: box(14, 40, 10, 8),
      unit: 'none',
      bars: [{ ref: 'A', expr: auxStates, legend: '{{state}}', color: looks.aux.color }],
    }),
  ]
  return buildDashboard('operation', texts, {
    variables: [
      datasourceVariable(texts),
      operationVariable(texts),
      groupVariable(texts),
      categoryVariable(texts),
    ],
    annotations: [alertAnnotation(texts, aboveAgents), restartAnnotation(texts)],
    panels: [...onTop, ...floor, ...day, ...details],
  })
}

const byCategory = (texts: Texts, which: typeof categories) =>
  which.map((category) => ({
    ref: category,
    expr: agentsIn(category),
    legend: texts.categories[category],
    color: looks[category].color,
  }))
