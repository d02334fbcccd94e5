import { GraphThresholdsStyleMode } from '@grafana/grafana-foundation-sdk/common'
import { aboveAgents, alertAnnotation, restartAnnotation } from './annotations.ts'
import { categories, looks } from './categories.ts'
import { frame } from './frame.ts'
import { type Limits, occupancyTarget } from './limits.ts'
import { level, palette } from './palette.ts'
import { agentColumns, allAgentColumns } from './panels/agent-columns.ts'
import { bars } from './panels/bars.ts'
import { box } from './panels/box.ts'
import { callAreas } from './panels/calls.ts'
import { dataStateMappings } from './panels/data-state.ts'
import { areas, lines } from './panels/lines.ts'
import { againstThePast } from './panels/past.ts'
import { stat } from './panels/stat.ts'
import { table } from './panels/table.ts'
import { steps } from './panels/thresholds.ts'
import { limitShareOfAll, longestInState, overLimit } from './queries/agents.ts'
import { dataAge, dataState, nextRefresh } from './queries/data.ts'
import {
  acwPerCall,
  agentsIn,
  aht,
  auxShare,
  auxStates,
  loggedIn,
  occupancy,
  occupancyOfEach,
} from './queries/floor.ts'
import { everybody, ofCategory, ofOperation } from './queries/selection.ts'
import type { Texts } from './texts/texts.ts'
import { categoryVariable, datasourceVariable, operationVariable } from './variables.ts'

const LONGEST = 10

/** The wall: is the data fresh, what does the floor do, who needs attention. */
export function operation(texts: Texts, limits: Limits) {
  const { panels, series, noData: noValue } = texts
  const onTop = [
    stat({
      ...panels.dataState,
      at: box(0, 0, 3, 3),
      expr: dataState(ofOperation),
      unit: 'none',
      mappings: dataStateMappings(texts),
      thresholds: steps(level.bad),
      noValue,
    }),
    stat({ ...panels.dataAge, at: box(3, 0, 3, 3), expr: dataAge(ofOperation), unit: 'dthms', noValue }),
    stat({
      ...panels.nextRefresh,
      at: box(6, 0, 3, 3),
      expr: nextRefresh(ofOperation),
      unit: 'dthms',
      noValue,
    }),
    stat({ ...panels.loggedIn, at: box(9, 0, 3, 3), expr: loggedIn, unit: 'none', noValue }),
    stat({
      ...panels.ready,
      at: box(12, 0, 3, 3),
      expr: agentsIn('ready'),
      unit: 'none',
      thresholds: steps(level.bad, [1, level.good]),
      noValue,
    }),
    stat({
      ...panels.occupancyNow,
      title: panels.occupancyNow.title(occupancyTarget),
      at: box(15, 0, 3, 3),
      expr: occupancy,
      unit: 'percentunit',
      decimals: 0,
      thresholds: occupancyLevels(limits),
      noValue,
    }),
    stat({
      ...panels.auxShareNow,
      title: panels.auxShareNow.title(limits.auxShare),
      at: box(18, 0, 3, 3),
      expr: auxShare(),
      unit: 'percentunit',
      decimals: 0,
      thresholds: steps(level.good, [limits.auxShare, level.bad]),
      noValue,
    }),
    stat({
      ...panels.overLimit,
      at: box(21, 0, 3, 3),
      expr: overLimit(everybody),
      unit: 'none',
      thresholds: steps(level.good, [1, level.watch]),
      noValue,
    }),
  ]
  const floor = [
    bars({
      ...panels.byCategory,
      at: box(0, 3, 6, 7),
      unit: 'none',
      bars: byCategory(texts, categories),
      noValue,
    }),
    areas({
      ...panels.throughDay,
      at: box(6, 3, 9, 7),
      unit: 'none',
      decimals: 0,
      series: byCategory(
        texts,
        categories.filter((category) => category !== 'logout' && category !== 'unknown'),
      ),
      noValue,
    }),
    table({
      ...panels.longest,
      at: box(15, 3, 9, 7),
      columns: agentColumns(['agent', 'status', 'timeInState', 'limitShare'], ofCategory, texts, limits, {
        timeInState: longestInState(LONGEST, ofCategory),
        limitShare: `${limitShareOfAll(ofCategory)} and on (operation, agent_id) ${longestInState(LONGEST, ofCategory)}`,
      }),
      hidden: ['agent_id', 'agent_name', 'operation'],
      sortBy: { heading: texts.columns.timeInState, descending: true },
      noValue: texts.nobody,
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
      series: [{ ref: 'A', expr: occupancyOfEach, legend: '{{operation}}', width: 2 }],
      thresholds: { steps: occupancyBand(limits), style: GraphThresholdsStyleMode.DashedAndArea },
      noValue,
    }),
    lines({
      ...panels.aht,
      at: box(6, 10, 6, 6),
      unit: 'dthms',
      series: againstThePast(aht, series),
      noValue,
    }),
    lines({
      ...panels.acw,
      at: box(12, 10, 6, 6),
      unit: 'dthms',
      series: againstThePast(acwPerCall, series),
      noValue,
    }),
    lines({
      ...panels.aux,
      at: box(18, 10, 6, 6),
      unit: 'percentunit',
      min: 0,
      series: againstThePast(auxShare, series),
      thresholds: {
        steps: steps(palette.none, [limits.auxShare, level.bad]),
        style: GraphThresholdsStyleMode.Dashed,
      },
      noValue,
    }),
  ]
  const details = [
    table({
      ...panels.agents,
      at: box(0, 16, 24, 16),
      columns: agentColumns(allAgentColumns, ofCategory, texts, limits),
      hidden: ['agent_name'],
      sortBy: { heading: texts.columns.limitShare, descending: true },
      noValue,
    }),
    callAreas(panels.calls, box(0, 32, 14, 8), everybody, texts),
    bars({
      ...panels.auxStates,
      at: box(14, 32, 10, 8),
      unit: 'none',
      bars: [{ ref: 'A', expr: auxStates, legend: '{{state}}', color: looks.aux.color }],
      noValue: texts.nobody,
    }),
  ]
  return frame('operation', texts, {
    variables: [datasourceVariable(texts), operationVariable(texts), categoryVariable(texts)],
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

const occupancyLevels = ({ occupancyLow, occupancyHigh }: Limits) =>
  steps(
    palette.blue,
    [occupancyLow, level.watch],
    [occupancyTarget.from, level.good],
    [occupancyTarget.to, level.watch],
    [occupancyHigh, level.bad],
  )

const occupancyBand = ({ occupancyHigh }: Limits) =>
  steps(
    palette.none,
    [occupancyTarget.from, level.good],
    [occupancyTarget.to, palette.none],
    [occupancyHigh, level.bad],
  )
