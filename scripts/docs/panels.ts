import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboards } from '../../grafana/dashboards.ts'
import { readLimits } from '../../grafana/read-limits.ts'
import { table } from './markdown.ts'

/** What each panel answers, in the words of its own description. */
export function panelTables(): string {
  const made = dashboards(readLimits()).filter(({ language }) => language === 'en')
  return made
    .map(({ name, dashboard }) => {
      const rows = ((dashboard.panels ?? []) as readonly Panel[]).map(({ title = '', description = '' }) => [
        `**${title}**`,
        description,
      ])
      return [
        `### ${dashboard.title}`,
        `![${dashboard.description}](../grafana/pictures/${name}-en.png)`,
        '*A preview, drawn without Grafana from what Prometheus answers about a simulated half day.*',
        table(['panel', 'what it answers'], rows),
      ].join('\n\n')
    })
    .join('\n\n')
}
