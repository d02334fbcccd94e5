import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { dashboards, textOf } from '../grafana/dashboards.ts'

// Writes every dashboard to its file.
for (const { path, dashboard } of dashboards()) {
  const file = new URL(`../grafana/dashboards/${path}`, import.meta.url).pathname
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, textOf(dashboard))
}
