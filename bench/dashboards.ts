import { askTarget, type Choice } from '../test/grafana/asking.ts'
import { files } from '../test/grafana/dashboards.ts'
import { stretches } from '../test/grafana/history.ts'
import { startHistorian } from '../test/grafana/prometheus.ts'

// How long a real Prometheus takes for each query of the dashboards, over half a day of one operation with so many agents.

const AGENTS = 2000
const LIMIT_MS = 1000
const ROUNDS = 5
const SHOWN = 10

const choice: Choice = { from: stretches.today.from, to: stretches.today.to }

const historian = await startHistorian([{ name: 'ventas', agents: AGENTS, seed: 1 }], ['today'])
try {
  const times: { readonly ms: number; readonly query: string }[] = []
  // Both languages ask the same.
  for (const { name, dashboard } of files.filter(({ language }) => language === 'en'))
    for (const panel of dashboard.panels)
      for (const target of panel.targets) {
        const rounds: number[] = []
        for (let round = 0; round < ROUNDS; round += 1) {
          const start = performance.now()
          await askTarget(historian.url, target, panel, choice)
          rounds.push(performance.now() - start)
        }
        times.push({ ms: median(rounds), query: `${name}: ${panel.title}, ${target.refId}` })
      }
  times.sort((one, other) => other.ms - one.ms)
  const lines = times.slice(0, SHOWN).map(({ ms, query }) => `${ms.toFixed(0).padStart(6)} ms  ${query}\n`)
  process.stdout.write(
    `${times.length} queries over half a day of ${AGENTS} agents, medians of ${ROUNDS}; the slowest:\n${lines.join('')}`,
  )
  if ((times[0]?.ms ?? 0) > LIMIT_MS) process.exitCode = 1
} finally {
  await historian.stop()
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
