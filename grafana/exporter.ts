import { GraphThresholdsStyleMode } from '@grafana/grafana-foundation-sdk/common'
import type { Texts } from './i18n/es.ts'
import { aboveAgents, alertAnnotation, restartAnnotation } from './layout/annotations.ts'
import { buildDashboard } from './layout/dashboard.ts'
import {
  datasourceVariable,
  instanceVariable,
  jobVariable,
  operationOfTargetVariable,
} from './layout/variables.ts'
import type { AllLimits } from './limits.ts'
import { box } from './panels/parts.ts'
import { stat } from './panels/stat.ts'
import { table } from './panels/table.ts'
import { growth, lines } from './panels/time-series.ts'
import { steps, words } from './panels/values.ts'
import { ageThroughTime, dataAge, dataState } from './queries/data.ts'
import * as exporterQueries from './queries/exporter.ts'
import { highestForecast, mostQuotaUsed, quotaLimits, quotaUsed } from './queries/quota.ts'
import { ofExporter, ofTarget } from './queries/selection.ts'
import { limitLine, thresholdsBy } from './shared-panels/limits.ts'
import { dataStateMappings } from './shared-panels/mappings.ts'
import { level, palette } from './theme/colors.ts'

/** The exporter's health, for the people who run it. */
export function exporter(texts: Texts, limits: AllLimits) {
  const { panels, series, versions } = texts
  const { ofEachTarget } = exporterQueries
  const quotaSteps = thresholdsBy(limits, ({ quota }) =>
    steps(level.unknown, [0, level.good], [quota, level.watch], [1, level.bad]),
  )
  const onTop = [
    stat({
      ...panels.reachable,
      at: box(0, 0, 4, 4),
      expr: exporterQueries.reachable,
      unit: 'none',
      mappings: [
        words([
          [1, texts.reach.up, level.good],
          [0, texts.reach.down, level.bad],
        ]),
      ],
      thresholds: steps(level.bad),
    }),
    stat({
      ...panels.reportState,
      at: box(4, 0, 4, 4),
      expr: dataState(ofExporter),
      unit: 'none',
      mappings: dataStateMappings(texts),
      thresholds: steps(level.bad),
    }),
    stat({
      ...panels.reportAge,
      at: box(8, 0, 4, 4),
      expr: dataAge(ofExporter),
      unit: 'dthms',
      name: '{{operation}} {{report}}',
    }),
    stat({
      ...panels.failures,
      at: box(12, 0, 4, 4),
      expr: exporterQueries.failures,
      unit: 'none',
      decimals: 0,
      thresholds: steps(level.unknown, [0, level.good], [0.5, level.watch]),
    }),
    stat({
      ...panels.quotaUsed,
      at: box(16, 0, 4, 4),
      expr: mostQuotaUsed,
      name: '{{account}}',
      unit: 'percentunit',
      decimals: 1,
      ...quotaSteps,
    }),
    stat({
      ...panels.quotaForecast,
      at: box(20, 0, 4, 4),
      expr: highestForecast,
      name: '{{account}}',
      unit: 'percentunit',
      decimals: 1,
      ...quotaSteps,
    }),
  ]
  const refreshing = [
    growth({
      ...panels.refreshes,
      at: box(0, 4, 12, 6),
      unit: 'none',
      series: [
        { ref: 'A', expr: exporterQueries.successes, legend: series.succeeded, color: level.good },
        { ref: 'B', expr: exporterQueries.failuresByReason, legend: series.failed },
      ],
    }),
    lines({
      ...panels.duration,
      at: box(12, 4, 6, 6),
      unit: 's',
      min: 0,
      series: [{ ref: 'A', expr: exporterQueries.duration, legend: '{{operation}} {{report}}' }],
    }),
    lines({
      ...panels.age,
      at: box(18, 4, 6, 6),
      unit: 'percentunit',
      decimals: 0,
      min: 0,
      softMax: 1,
      series: [{ ref: 'A', expr: ageThroughTime(ofExporter), legend: '{{operation}} {{report}}' }],
      thresholds: { steps: steps(palette.none, [1, level.bad]), style: GraphThresholdsStyleMode.Dashed },
    }).interval('10m'),
  ]
  const causes = [
    lines({
      ...panels.quota,
      at: box(0, 10, 8, 6),
      unit: 'percentunit',
      min: 0,
      series: [
        { ref: 'A', expr: quotaUsed, legend: '{{account}}', width: 2 },
        limitLine('B', quotaLimits, series.accountLimit),
      ],
    }),
    growth({
      ...panels.rejected,
      at: box(8, 10, 8, 6),
      unit: 'none',
      series: [
        { ref: 'A', expr: exporterQueries.rejectedRecords, legend: series.records, color: palette.purple },
        { ref: 'B', expr: exporterQueries.rejectedValuesByField, legend: series.field },
      ],
    }),
    lines({
      ...panels.size,
      at: box(16, 10, 8, 6),
      unit: 'none',
      min: 0,
      series: [
        { ref: 'A', expr: exporterQueries.records, legend: series.answered },
        {
          ref: 'B',
          expr: exporterQueries.samples,
          legend: series.series,
          dash: [8, 4],
        },
      ],
    }),
  ]
  const process = [
    lines({
      ...panels.memory,
      at: box(0, 16, 8, 6),
      unit: 'bytes',
      min: 0,
      series: [
        { ref: 'A', expr: ofEachTarget('process_resident_memory_bytes'), legend: series.resident, width: 2 },
        {
          ref: 'B',
          expr: ofEachTarget('nodejs_heap_size_used_bytes'),
          legend: series.heap,
          dash: [8, 4],
        },
      ],
    }),
    lines({
      ...panels.scrape,
      at: box(8, 16, 8, 6),
      unit: 's',
      min: 0,
      series: [{ ref: 'A', expr: ofEachTarget('scrape_duration_seconds'), legend: '{{instance}}' }],
    }),
    table({
      ...panels.build,
      at: box(16, 16, 8, 6),
      columns: [
        { from: { label: 'instance' }, heading: versions.instance, width: 140 },
        { from: { label: 'version' }, heading: versions.version, width: 90 },
        { from: { label: 'revision' }, heading: versions.revision, width: 100 },
        { from: { label: 'node_version' }, heading: versions.node, width: 90 },
      ],
      rowsOf: exporterQueries.build,
      leftOut: ['job'],
      sortBy: { heading: versions.instance, descending: false },
    }),
  ]
  return buildDashboard('exporter', texts, {
    variables: [
      datasourceVariable(texts),
      jobVariable(texts),
      instanceVariable(texts),
      operationOfTargetVariable(texts),
    ],
    annotations: [alertAnnotation(texts, aboveAgents), restartAnnotation(texts, ofTarget)],
    panels: [...onTop, ...refreshing, ...causes, ...process],
  })
}
