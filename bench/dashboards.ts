import { files } from '../grafana/tools/dashboard-files.ts'
import { type Choice, queryTarget, queryVariable, queryVariables } from '../grafana/tools/grafana-requests.ts'
import { startHistoryServer } from '../grafana/tools/history-server.ts'
import { timeRanges } from '../grafana/tools/scenario.ts'

// Measures each query of the dashboards in a real Prometheus, over half a day of one operation.

const AGENTS = 2000
const LIMIT_MS = 1000
const ROUNDS = 5
const SHOWN = 10

const choice: Choice = { from: timeRanges.today.from, to: timeRanges.today.to }

const server = await startHistoryServer(
  [{ name: 'ventas', account: '0042', reports: ['agents', 'skills', 'token_info'], agents: AGENTS, seed: 1 }],
  ['today'],
)
try {
  const queries = files.filter(({ language }) => language === 'en').flatMap(queriesOf)
  const times: { readonly ms: number; readonly query: string }[] = []
  for (const { query, run } of queries) {
    const rounds: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now()
      await run()
      rounds.push(performance.now() - start)
    }
    times.push({ ms: median(rounds), query })
  }
  times.sort((one, other) => other.ms - one.ms)
  const [slowest] = times
  if (slowest === undefined) throw new Error('no query to measure')
  const lines = times.slice(0, SHOWN).map(({ ms, query }) => `${ms.toFixed(0).padStart(6)} ms  ${query}\n`)
  process.stdout.write(
    `${times.length} queries over half a day of ${AGENTS} agents, medians of ${ROUNDS}; the slowest:\n${lines.join('')}`,
  )
  if (slowest.ms > LIMIT_MS) process.exitCode = 1
} finally {
  await server.stop()
}

/** The queries of a dashboard: panels, variables and annotations. They are the same in all languages. */
function queriesOf({ name, dashboard }: (typeof files)[number]) {
  const { url } = server
  const panels = dashboard.panels.flatMap((panel) =>
    panel.targets.map((target) => ({
      query: `${name}: ${panel.title}, ${target.refId}`,
      run: () => queryTarget(url, target, panel, choice),
    })),
  )
  const variables = queryVariables(dashboard).map((variable) => ({
    query: `${name}: the variable ${variable.name}`,
    run: () => queryVariable(url, variable, choice),
  }))
  const annotations = dashboard.annotations.list.map(({ name: annotation, expr = '' }) => ({
    query: `${name}: ${annotation}`,
    run: () => queryTarget(url, { expr, instant: false }, { interval: '1m' }, choice),
  }))
  return [...panels, ...variables, ...annotations]
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
