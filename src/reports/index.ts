import { agents } from './agents/index.ts'
import { campaigns } from './campaigns/index.ts'
import { chats } from './chats/index.ts'
import { interactions } from './interactions/index.ts'
import { latency } from './latency/index.ts'
import type { AnyReport } from './report.ts'
import { skills } from './skills/index.ts'
import { tokenInfo } from './token-info/index.ts'

/**
 * Every report that the exporter knows. A new report is one line here. The order is that of the metrics, and of the importance:
 * when calls wait or become scarce, earlier reports come first.
 */
export const reports: readonly AnyReport[] = [
  agents,
  skills,
  campaigns,
  latency,
  chats,
  interactions,
  tokenInfo,
]

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
