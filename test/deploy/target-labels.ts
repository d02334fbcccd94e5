import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programPath } from '../../tools/program-path.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

type Labels = Readonly<Record<string, unknown>>

/** The labels of the targets of a job after relabeling, as Prometheus computes them; not the internal ones. Needs promtool. */
export function targetLabels(
  found: readonly { readonly targets: readonly string[]; readonly labels: Labels }[],
  relabelings: readonly object[] = [],
  job = 'found',
): Record<string, string>[] {
  const file = join(temporaryFolder(), 'prometheus.yml')
  const config = { job_name: job, static_configs: found, relabel_configs: relabelings }
  // JSON is valid YAML.
  writeFileSync(file, JSON.stringify({ scrape_configs: [config] }))
  const args = ['check', 'service-discovery', '--timeout=5s', file, job]
  const { stdout } = spawnSync(programPath('promtool'), args, { encoding: 'utf8' })
  const results = JSON.parse(stdout) as { labels: Record<string, string> }[]
  return results.map(({ labels }) =>
    Object.fromEntries(Object.entries(labels).filter(([label]) => !label.startsWith('__'))),
  )
}
