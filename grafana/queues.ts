import type { Texts } from './i18n/es.ts'
import { aboveAgents, alertAnnotation, restartAnnotation } from './layout/annotations.ts'
import { buildDashboard } from './layout/dashboard.ts'
import { datasourceVariable, operationVariable, skillVariable } from './layout/variables.ts'
import type { AllLimits } from './limits.ts'
import { box, legendBelow } from './panels/parts.ts'
import { stat } from './panels/stat.ts'
import { table } from './panels/table.ts'
import { lines } from './panels/time-series.ts'
import { steps } from './panels/values.ts'
import { dataAge, dataState } from './queries/data.ts'
import { agentsIn, fewestReady } from './queries/floor.ts'
import { limitWith, skillsReport } from './queries/selection.ts'
import { WHICH } from './queries/skill-labels.ts'
import * as skills from './queries/skills.ts'
import { abandonmentLevels, limitLine, serviceLevelLevels, thresholdsBy } from './shared-panels/limits.ts'
import { dataStateMappings } from './shared-panels/mappings.ts'
import { skillColumns } from './shared-panels/skill-columns.ts'
import { level, looks, palette } from './theme/colors.ts'

const SKILL = `{{${WHICH}}}`

/** The queues: whether one is in trouble now, which skill is worst, and how the day has gone. */
export function queues(texts: Texts, limits: AllLimits) {
  const { panels, series } = texts
  const ofOneOperation = skills.withOnlyOperationOfSkills
  const now = [
    stat({
      ...panels.skillsState,
      at: box(0, 0, 4, 3),
      expr: dataState(skillsReport),
      unit: 'none',
      mappings: dataStateMappings(texts),
      // Also red if the query returns nothing.
      thresholds: steps(level.bad),
    }),
    stat({
      ...panels.skillsAge,
      at: box(4, 0, 4, 3),
      expr: dataAge(skillsReport),
      unit: 'dthms',
      name: '{{operation}}',
    }),
    stat({
      ...panels.waiting,
      at: box(8, 0, 4, 3),
      expr: ofOneOperation(skills.waitingNow),
      unit: 'none',
      ...thresholdsBy(limits, ({ waiting }) => steps(level.unknown, [0, level.good], [waiting, level.watch])),
    }),
    stat({
      ...panels.longestQueue,
      at: box(12, 0, 4, 3),
      expr: skills.longestQueue,
      unit: 'none',
      name: SKILL,
    }),
    stat({
      ...panels.ready,
      at: box(16, 0, 4, 3),
      expr: fewestReady,
      unit: 'none',
      name: '{{operation}}',
      ...thresholdsBy(limits, ({ noAgentReadyAlert }) =>
        steps(level.unknown, [0, noAgentReadyAlert ? level.bad : level.good], [1, level.good]),
      ),
    }),
    stat({ ...panels.onCall, at: box(20, 0, 4, 3), expr: agentsIn('talk'), unit: 'none' }),
  ]
  const today = [
    stat({
      ...panels.serviceLevelToday,
      description: panels.serviceLevelToday.description(limits),
      at: box(0, 3, 4, 3),
      expr: ofOneOperation(skills.serviceLevelToday),
      unit: 'percentunit',
      decimals: 0,
      ...thresholdsBy(limits, serviceLevelLevels),
    }),
    stat({
      ...panels.worstSkill,
      at: box(4, 3, 4, 3),
      expr: skills.worstSkill,
      unit: 'percentunit',
      decimals: 0,
      name: SKILL,
    }),
    stat({
      ...panels.belowTarget,
      at: box(8, 3, 4, 3),
      expr: skills.belowTarget,
      unit: 'none',
      thresholds: steps(level.unknown, [0, level.good], [1, level.watch]),
    }),
    stat({
      ...panels.abandonmentNow,
      description: panels.abandonmentNow.description(limits.abandonment),
      at: box(12, 3, 4, 3),
      expr: ofOneOperation(skills.abandonment),
      unit: 'percentunit',
      decimals: 0,
      ...thresholdsBy(limits, abandonmentLevels),
    }),
    stat({ ...panels.inboundToday, at: box(16, 3, 4, 3), expr: skills.inboundToday, unit: 'none' }),
    stat({ ...panels.answeredToday, at: box(20, 3, 4, 3), expr: skills.answeredToday, unit: 'none' }),
  ]
  const worstFirst = [
    table({
      ...panels.skills,
      at: box(0, 6, 16, 10),
      columns: skillColumns(texts, limits),
      rowsOf: skills.worstFirst,
      leftOut: ['skill_name'],
      noValue: texts.noSkills,
    }),
    lines({
      ...panels.waitingOfEach,
      description: panels.waitingOfEach.description(skills.MOST_SKILLS),
      at: box(16, 6, 8, 10),
      unit: 'none',
      decimals: 0,
      min: 0,
      softMax: 4,
      series: [{ ref: 'A', expr: skills.waitingOfEach, legend: SKILL }],
    }),
  ]
  const day = [
    lines({
      ...panels.serviceLevel,
      title: panels.serviceLevel.title(limits),
      description: panels.serviceLevel.description(skills.MOST_SKILLS),
      at: box(0, 16, 12, 8),
      unit: 'percentunit',
      decimals: 0,
      min: 0,
      softMax: 1,
      series: [
        { ref: 'A', expr: skills.serviceLevelOfEach, legend: SKILL },
        limitLine('B', limitWith(skillsReport, 'service_level_ratio'), series.target),
      ],
    }),
    lines({
      ...panels.abandonment,
      description: panels.abandonment.description(skills.MOST_SKILLS),
      at: box(12, 16, 12, 8),
      unit: 'percentunit',
      min: 0,
      series: [
        { ref: 'A', expr: skills.abandonmentOfEach, legend: SKILL },
        limitLine('B', limitWith(skillsReport, 'abandoned_ratio'), series.limit),
      ],
    }),
    lines({
      ...panels.skillCalls,
      at: box(0, 24, 12, 8),
      unit: 'none',
      decimals: 0,
      min: 0,
      softMax: 4,
      series: [
        {
          ref: 'A',
          expr: skills.callsPerPoint('inbound'),
          legend: series.arrived,
          color: palette.sky,
          width: 2,
        },
        {
          ref: 'B',
          expr: skills.callsPerPoint('answered'),
          legend: series.answeredCalls,
          color: level.good,
          dash: [8, 4],
        },
        {
          ref: 'C',
          expr: skills.callsPerPoint('abandoned'),
          legend: series.abandonedCalls,
          color: level.bad,
          dash: [2, 4],
        },
      ],
    })
      .interval('15m')
      .legend(legendBelow('sum')),
    lines({
      ...panels.readyAgainstWaiting,
      at: box(12, 24, 12, 8),
      unit: 'none',
      decimals: 0,
      min: 0,
      softMax: 4,
      series: [
        { ref: 'A', expr: skills.readyAgents, legend: series.ready, color: looks.ready.color, width: 2 },
        { ref: 'B', expr: skills.waitingNow, legend: series.waiting, color: level.bad, dash: [8, 4] },
      ],
    }),
  ]
  return buildDashboard('queues', texts, {
    variables: [datasourceVariable(texts), operationVariable(texts, 'skills'), skillVariable(texts)],
    annotations: [alertAnnotation(texts, aboveAgents), restartAnnotation(texts)],
    panels: [...now, ...today, ...worstFirst, ...day],
  })
}
