import { files } from '../test/dashboards/grafana/dashboards.ts'
import {
  askTarget,
  askVariable,
  type Choice,
  queryVariables,
} from '../test/dashboards/grafana/grafana-requests.ts'
import { startHistorian } from '../test/dashboards/grafana/prometheus.ts'
import { timeRanges } from '../test/dashboards/grafana/time-ranges.ts'

// How long a real Prometheus takes for each query of the dashboards, over half a day of one operation with so many agents.

const AGENTS = 2000
const LIMIT_MS = 1000
const ROUNDS = 5
const SHOWN = 10

const choice: Choice = { from: timeRanges.today.from, to: timeRanges.today.to }

const historian = await startHistorian([{ name: 'ventas', agents: AGENTS, seed: 1 }], ['today'])
try {
  const asked = files.filter(({ language }) => language === 'en').flatMap(queriesOf)
  const times: { readonly ms: number; readonly query: string }[] = []
  for (const { query, ask } of asked) {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now()
      await ask()
      rounds.push(performance.now() - start)
    }
    times.push({ ms: median(rounds), query })
  }
  times.sort((one, other) => other.ms - one.ms)
  const [slowest] = times
  if (slowest === undefined) throw new Error('there is no query to measure')
  const lines = times.slice(0, SHOWN).map(({ ms, query }) => `${ms.toFixed(0).padStart(6)} ms  ${query}\n`)
  process.stdout.write(
    `${times.length} queries over half a day of ${AGENTS} agents, medians of ${ROUNDS}; the slowest:\n${lines.join('')}`,
  )
  if (slowest.ms > LIMIT_MS) process.exitCode = 1
} finally {
  await historian.stop()
}

/** All that a dashboard asks, in one language as in the others: its panels, its variables, its annotations. */
function queriesOf({ name, dashboard }: (typeof files)[number]) {
  const { url } = historian
  const panels = dashboard.panels.flatMap((panel) =>
    panel.targets.map((target) => ({
      query: `${name}: ${panel.title}, ${target.refId}`,
      ask: () => askTarget(url, target, panel, choice),
    })),
  )
  const variables = queryVariables(dashboard).map((variable) => ({
    query: `${name}: the variable ${variable.name}`,
    ask: () => askVariable(url, variable, choice),
  }))
  const annotations = dashboard.annotations.list.map(({ name: annotation, expr = '' }) => ({
    query: `${name}: ${annotation}`,
    ask: () => askTarget(url, { expr, instant: false }, { interval: '1m' }, choice),
  }))
  return [...panels, ...variables, ...annotations]
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
