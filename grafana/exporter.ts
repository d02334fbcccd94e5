import { GraphThresholdsStyleMode } from '@grafana/grafana-foundation-sdk/common'
import { aboveAgents, alertAnnotation, restartAnnotation } from './annotations.ts'
import { frame } from './frame.ts'
import type { Limits } from './limits.ts'
import { level, palette } from './palette.ts'
import { box } from './panels/box.ts'
import { dataStateMappings } from './panels/data-state.ts'
import { growth, lines } from './panels/lines.ts'
import { words } from './panels/mappings.ts'
import { stat } from './panels/stat.ts'
import { table } from './panels/table.ts'
import { steps } from './panels/thresholds.ts'
import { dataAge, dataState } from './queries/data.ts'
import * as exporterQueries from './queries/exporter.ts'
import { ofExporter, ofTarget } from './queries/selection.ts'
import type { Texts } from './texts/texts.ts'
import { datasourceVariable, instanceVariable, jobVariable, operationOfTargetVariable } from './variables.ts'

/** The exporter's own health, for whoever runs it. */
export function exporter(texts: Texts, limits: Limits) {
  const { panels, series, columns, noData: noValue } = texts
  const { ofEachTarget } = exporterQueries
  const quotaSteps = steps(level.good, [limits.quota, level.watch], [1, level.bad])
  const onTop = [
    stat({
      ...panels.reachable,
      at: box(0, 0, 4, 4),
      expr: exporterQueries.reachable,
      unit: 'none',
      mappings: words([
        [1, texts.reach.up, level.good],
        [0, texts.reach.down, level.bad],
      ]),
      thresholds: steps(level.bad),
      noValue,
    }),
    stat({
      ...panels.dataState,
      at: box(4, 0, 4, 4),
      expr: dataState(ofExporter),
      unit: 'none',
      mappings: dataStateMappings(texts),
      thresholds: steps(level.bad),
      noValue,
    }),
    stat({ ...panels.dataAge, at: box(8, 0, 4, 4), expr: dataAge(ofExporter), unit: 'dthms', noValue }),
    stat({
      ...panels.failures,
      at: box(12, 0, 4, 4),
      expr: exporterQueries.failures,
      unit: 'none',
      decimals: 0,
      thresholds: steps(level.good, [0.5, level.watch]),
      noValue,
    }),
    stat({
      ...panels.quotaSpent,
      at: box(16, 0, 4, 4),
      expr: exporterQueries.quotaSpent,
      unit: 'percentunit',
      decimals: 1,
      thresholds: quotaSteps,
      noValue,
    }),
    stat({
      ...panels.quotaForecast,
      at: box(20, 0, 4, 4),
      expr: exporterQueries.quotaForecast,
      unit: 'percentunit',
      decimals: 1,
      thresholds: quotaSteps,
      noValue,
    }),
  ]
  const refreshing = [
    growth({
      ...panels.refreshes,
      at: box(0, 4, 12, 6),
      unit: 'none',
      series: [
        { ref: 'A', expr: exporterQueries.successes, legend: series.succeeded, color: level.good },
        { ref: 'B', expr: exporterQueries.failuresByReason, legend: series.failed, color: level.bad },
      ],
      noValue,
    }),
    lines({
      ...panels.duration,
      at: box(12, 4, 6, 6),
      unit: 's',
      min: 0,
      series: [{ ref: 'A', expr: exporterQueries.duration, legend: '{{operation}}' }],
      noValue,
    }),
    lines({
      ...panels.age,
      at: box(18, 4, 6, 6),
      unit: 'dthms',
      min: 0,
      series: [
        { ref: 'A', expr: exporterQueries.age, legend: series.age },
        {
          ref: 'B',
          expr: exporterQueries.staleAfter,
          legend: series.staleAfter,
          color: level.bad,
          dash: [8, 4],
        },
      ],
      noValue,
    }).interval('10m'),
  ]
  const causes = [
    lines({
      ...panels.quota,
      at: box(0, 10, 8, 6),
      unit: 'percentunit',
      min: 0,
      series: [{ ref: 'A', expr: exporterQueries.quotaSpentOfEach, legend: '{{operation}}', width: 2 }],
      thresholds: {
        steps: steps(palette.none, [limits.quota, level.bad]),
        style: GraphThresholdsStyleMode.Dashed,
      },
      noValue,
    }),
    growth({
      ...panels.rejected,
      at: box(8, 10, 8, 6),
      unit: 'none',
      series: [
        { ref: 'A', expr: exporterQueries.rejectedRecords, legend: series.records, color: palette.purple },
        { ref: 'B', expr: exporterQueries.rejectedValuesByField, legend: series.field },
      ],
      noValue,
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
          expr: ofEachTarget('scrape_samples_post_metric_relabeling'),
          legend: series.series,
          dash: [8, 4],
        },
      ],
      noValue,
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
      noValue,
    }),
    lines({
      ...panels.scrape,
      at: box(8, 16, 8, 6),
      unit: 's',
      min: 0,
      series: [{ ref: 'A', expr: ofEachTarget('scrape_duration_seconds'), legend: '{{instance}}' }],
      noValue,
    }),
    table({
      ...panels.build,
      at: box(16, 16, 8, 6),
      columns: [
        { from: { label: 'instance' }, heading: columns.instance, width: 150 },
        { from: { label: 'version' }, heading: columns.version, width: 90 },
        { from: { label: 'revision' }, heading: columns.revision, width: 100 },
        { from: { label: 'node_version' }, heading: columns.node, width: 90 },
        { from: { label: 'job' }, heading: columns.job, width: 90 },
      ],
      queries: [exporterQueries.build],
      hidden: ['Value'],
      sortBy: { heading: columns.instance, descending: false },
      noValue,
    }),
  ]
  return frame('exporter', texts, {
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
