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
  const rows = families
    .filter(startsFamily)
    .map((family) => [
      code(family.name),
      code(fieldsIn(family.help)),
      furtherLabels(family, labelNames),
      meaningOf(family.help),
    ])
  return [
    `**The report ${code(name)}**: gauges with the labels ${labels}, as old as the last refresh:`,
    table(['metric', 'wolkvox field', 'other labels', 'meaning'], rows),
  ]
}

/** Several entries can be one family. The first describes it. */
function startsFamily({ name }: ReportFamily<unknown>, index: number, all: AnyReport['families']): boolean {
  return name !== all[index - 1]?.name
}

/** The labels that differ from those of the report's rows. */
function furtherLabels(family: ReportFamily<unknown>, labelNames: readonly string[]): string {
  if ('samples' in family) {
    const names = family.labelNames.filter((name) => !labelNames.includes(name))
    const others = labelNames.filter((name) => !family.labelNames.includes(name))
    const instead = others.length > 0 ? ` instead of ${others.map(code).join(', ')}` : ''
    return `${names.map(code).join(', ')}${instead}`
  }
  if (family.configuredLabels !== undefined) return family.configuredLabels.names
  return Object.keys(family.labels?.({}) ?? {})
    .map(code)
    .join(', ')
}

/** wolkvox's names of the fields, as HELP gives them. */
function fieldsIn(help: string): string {
  return / wolkvox fields? (.*), as old as/.exec(help)?.[1] ?? ''
}

const code = (text: string) => `\`${text}\``

function meaningOf(help: string): string {
  return help.replace(/\. wolkvox fields? .*$/, '').replace(/\.$/, '')
}
