import { readFileSync, writeFileSync } from 'node:fs'
import { withPart } from './docs/markdown.ts'
import { metricsTables } from './docs/metrics.ts'
import { panelTables } from './docs/panels.ts'

/** The parts of the documentation that follow from the code. */
export const parts = [
  { path: 'README.md', part: 'metrics', made: metricsTables },
  { path: 'docs/dashboards.md', part: 'panels', made: panelTables },
] as const

if (import.meta.main)
  for (const { path, part, made } of parts) {
    const file = new URL(`../${path}`, import.meta.url)
    writeFileSync(file, withPart(readFileSync(file, 'utf8'), part, made()))
  }
