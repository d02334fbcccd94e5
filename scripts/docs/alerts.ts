import { parse } from 'yaml'
import { reports } from '../../src/reports/index.ts'
import { readText } from '../../tools/files.ts'
import { type Selection, selectionsOf } from '../../tools/promql-selectors.ts'
import { alerts, rules } from '../../tools/rule-files.ts'
import { code, table } from './markdown.ts'

/** What the rules of an alert read. */
export interface AlertInputs {
  readonly reports: readonly string[]
  readonly limits: readonly string[]
}

/** All alerts in the order of the runbook, with what they need and who is notified. */
export function alertTable(): string {
  const runbook = readText('docs/runbook.md')
  const placeOf = ({ name }: { readonly name: string }) => runbook.indexOf(`\n### ${name}\n`)
  const rows = alerts
    .toSorted((one, other) => placeOf(one) - placeOf(other))
    .map(({ name, expr, labels }) => {
      const severity = labels?.severity ?? ''
      const { reports, limits } = isAboutLimits(expr)
        ? { reports: [], limits: ['all'] }
        : inputsOf(name, expr)
      return [
        `[${name}](runbook.md#${name.toLowerCase()})`,
        severity,
        reports.length > 0 ? reports.map(code).join(', ') : 'any',
        limits.map((limit) => (limit === 'all' ? limit : code(limit))).join(', '),
        code(receiverOf(severity)),
      ]
    })
  return table(['alert', 'severity', 'reports', 'limits', 'receiver'], rows)
}

/** Whether an alert checks the limits themselves. */
const isAboutLimits = (expr: string) => selectionsOf(expr).some(({ metric }) => metric === 'wolkvox:limit')

/** The calls of other programs are a metric of the account, but only this report measures them. Other alerts work without. */
const MEASURED_BY: Readonly<Record<string, string>> = { WolkvoxQuotaUsedByOthers: 'token_info' }

/** The reports and limits of an alert, also those that it reads through recording rules. */
export function inputsOf(alert: string, expr: string): AlertInputs {
  const found = { reports: new Set<string>(), limits: new Set<string>() }
  // Some rules read their own last value.
  const visited = new Set<string>()
  const visit = (expression: string): void => {
    if (visited.has(expression)) return
    visited.add(expression)
    for (const selection of selectionsOf(expression)) {
      const { metric, values } = selection
      for (const report of values.report ?? []) found.reports.add(report)
      for (const report of reports) {
        if (report.families.some(({ name }) => name === metric)) found.reports.add(report.name)
      }
      const isLimit = LIMIT.test(metric) && values.limit !== undefined
      if (isLimit) for (const limit of values.limit ?? []) found.limits.add(limit)
      else for (const rule of recordedBy(selection)) visit(rule.expr)
    }
  }
  visit(expr)
  const measuredBy = MEASURED_BY[alert]
  if (measuredBy !== undefined) found.reports.add(measuredBy)
  const order = reports.map(({ name }) => name as string)
  return {
    reports: order.filter((name) => found.reports.has(name)),
    limits: [...found.limits].sort(),
  }
}

const LIMIT = /^wolkvox:limit$|:wolkvox_limit:effective$/

/** The rules that record what a selector asks for. Rules of one name differ by their labels, such as `condition`. */
function recordedBy({ metric, values }: Selection) {
  return rules.filter(
    ({ record, labels }) =>
      record === metric &&
      Object.entries(labels ?? {}).every(([label, value]) => values[label]?.includes(value) ?? true),
  )
}

interface Route {
  readonly receiver?: string
  readonly matchers?: readonly string[]
  readonly routes?: readonly Route[]
}

/** Who is notified about a severity by `alertmanager.yml` as shipped. */
function receiverOf(severity: string): string {
  const { route } = parse(readText('alertmanager.yml')) as { route: Route }
  const own = route.routes?.find(({ matchers }) => matchers?.includes(`severity="${severity}"`))
  return own?.receiver ?? route.receiver ?? ''
}
