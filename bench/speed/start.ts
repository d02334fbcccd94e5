import { join } from 'node:path'
import { getMetrics } from '../serve-process.ts'
import { makeAnswers } from './answer.ts'
import { withCleanup } from './cleanup.ts'
import { settingsFor, startExporter } from './exporter.ts'
import type { Figure } from './figure.ts'
import { makeFolder } from './folder.ts'
import type { BenchOptions } from './options.ts'
import { ROOT } from './run-program.ts'
import { inWords } from './sizes.ts'
import { startWolkvox } from './wolkvox.ts'

const AGENTS = 500
const MOST_SECONDS = 0.5
const INTERVAL_SECONDS = 300

// A start is short, and no two are alike.
const STARTS_A_ROUND = 2

/** From the start of the process to the first answer of `/metrics`, of the source and of what is built from it. */
export async function measureStart(options: BenchOptions): Promise<Figure[]> {
  options.print(`start, ${inWords(AGENTS)} agents`)
  const programs = ['src/main.ts', 'dist/main.js'].map((name) => ({ name, seconds: [] as number[] }))
  await withCleanup(async (defer) => {
    const wolkvox = await startWolkvox(makeAnswers(AGENTS), defer)
    for (let start = 0; start < options.rounds * STARTS_A_ROUND; start += 1) {
      for (const { name, seconds } of programs) seconds.push(await startOnce(wolkvox, join(ROOT, name)))
    }
  })
  return programs.map(({ name, seconds }) => ({
    what: `start to the first answer, \`node ${name}\``,
    at: inWords(AGENTS),
    unit: 's',
    values: seconds,
    target: { bound: 'at most', value: MOST_SECONDS, of: 'median' },
  }))
}

/** In seconds. */
function startOnce(wolkvox: string, main: string): Promise<number> {
  return withCleanup(async (defer) => {
    const folder = makeFolder(defer)
    const startedAt = performance.now()
    const { listening } = await startExporter(settingsFor(wolkvox, INTERVAL_SECONDS), folder, defer, { main })
    await getMetrics(listening, {})
    return (performance.now() - startedAt) / 1000
  })
}
