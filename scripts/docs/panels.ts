import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { dashboards } from '../../grafana/dashboards.ts'
import { readLimits } from '../../grafana/limits.ts'
import { table } from './markdown.ts'

/** The description of every panel, as tables. */
export function panelTables(): string {
  const english = dashboards(readLimits()).filter(({ language }) => language === 'en')
  return english
    .map(({ name, dashboard }) => {
      const rows = ((dashboard.panels ?? []) as readonly Panel[]).map(({ title = '', description = '' }) => [
        `**${title}**`,
        description,
      ])
      return [
        `### ${dashboard.title}`,
        `![${dashboard.description}](../grafana/pictures/${name}-en.png)`,
        '*A preview, drawn without Grafana from simulated data.*',
        table(['panel', 'what it answers'], rows),
      ].join('\n\n')
    })
    .join('\n\n')
}
