import { agents } from './agents/index.ts'
import type { AnyReport } from './report.ts'
import { tokenInfo } from './token-info/index.ts'

/** Every report that the exporter knows, in the order in which metrics are exposed. A new report is one line here. */
export const reports: readonly AnyReport[] = [agents, tokenInfo]

const byName = new Map(reports.map((report) => [report.name, report]))

/**
 * @param name of a report in {@link reports}
 * @throws when there is no such report: a bug, because the configuration checks names
 */
export function reportNamed(name: string): AnyReport {
  const report = byName.get(name)
  if (report === undefined) throw new Error(`no report is named ${name}`)
  return report
}
