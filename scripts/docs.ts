import { readFileSync, writeFileSync } from 'node:fs'
import { alertTable } from './docs/alerts.ts'
import { configSchema, SCHEMA_PATH } from './docs/config-schema.ts'
import { flagTable, settingTable, simulatorFlagTable } from './docs/configuration.ts'
import { limitTable } from './docs/limits.ts'
import { replacePart } from './docs/markdown.ts'
import { metricTables } from './docs/metrics.ts'
import { panelTables } from './docs/panels.ts'

/** The parts of the documentation that are generated from the code. */
export const parts = [
  { path: 'docs/metrics.md', part: 'metrics', generate: metricTables },
  { path: 'docs/configuration.md', part: 'settings', generate: settingTable },
  { path: 'docs/configuration.md', part: 'flags', generate: flagTable },
  { path: 'docs/limits.md', part: 'limits', generate: limitTable },
  { path: 'docs/simulator.md', part: 'simulator-flags', generate: simulatorFlagTable },
  { path: 'docs/alerts.md', part: 'alerts', generate: alertTable },
  { path: 'docs/dashboards.md', part: 'panels', generate: panelTables },
] as const

if (import.meta.main) {
  const fileAt = (path: string) => new URL(`../${path}`, import.meta.url)
  for (const { path, part, generate } of parts) {
    const file = fileAt(path)
    writeFileSync(file, replacePart(readFileSync(file, 'utf8'), part, generate()))
  }
  writeFileSync(fileAt(SCHEMA_PATH), configSchema())
}
