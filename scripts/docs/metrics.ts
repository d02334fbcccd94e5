import { reports } from '../../src/reports/index.ts'
import type { AnyReport, ReportFamily } from '../../src/reports/report.ts'
import { statusFamilies } from '../../src/telemetry/status-families.ts'
import { table } from './markdown.ts'

/** The metrics in the documentation, from the tables that the exporter uses. */
export function metricTables(): string {
  const status = statusFamilies.map(({ name, type, labels, help }) => [
    code(name),
    type,
    labels.map(code).join(', '),
    meaningOf(help),
  ])
  return [
    ...reports.flatMap(reportTable),
    '**Reports, operations and accounts**:',
    table(['metric', 'type', 'labels', 'meaning'], status),
  ].join('\n\n')
}

function reportTable({ name, labelNames, families }: AnyReport): string[] {
  const labels = ['operation', ...labelNames].map(code).join(', ')
  const rows = families.map((family) => [
    code(family.name),
    'field' in family ? code(family.field) : '',
    furtherLabels(family, labelNames),
    meaningOf(family.help),
  ])
  return [
    `**The report ${code(name)}**: gauges with the labels ${labels}, as old as the last refresh:`,
    table(['metric', 'wolkvox field', 'other labels', 'meaning'], rows),
  ]
}

/** The labels that differ from those of the report's rows. */
function furtherLabels(family: ReportFamily<unknown>, labelNames: readonly string[]): string {
  if ('samples' in family) {
    const names = Object.keys(family.samples([])[0]?.labels ?? {})
    return `${names.map(code).join(', ')} instead of ${labelNames.map(code).join(', ')}`
  }
  return Object.keys(family.labels?.({}) ?? {})
    .map(code)
    .join(', ')
}

const code = (text: string) => `\`${text}\``

function meaningOf(help: string): string {
  return help.replace(/\. wolkvox field .*$/, '').replace(/\.$/, '')
}
