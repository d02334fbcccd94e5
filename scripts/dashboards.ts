import { mkdirSync, writeFileSync } from 'node:fs'
import { dashboards, textOf } from '../grafana/dashboards.ts'
import { readLimits } from '../grafana/limits.ts'

// Writes every dashboard to its file.
for (const { path, dashboard } of dashboards(readLimits())) {
  const file = new URL(`../grafana/dashboards/${path}`, import.meta.url)
  mkdirSync(new URL('.', file), { recursive: true })
  writeFileSync(file, textOf(dashboard))
}
