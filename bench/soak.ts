import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type FaultyWolkvox, type FaultyWolkvoxOptions, startFaultyWolkvox } from './faulty-wolkvox.ts'
import { type BenchReport, parsePositive, randomNumbers, runBench } from './run-bench.ts'
import { type ServeProcess, startServe } from './serve-process.ts'
import { checkGrowth, checkLastRefresh } from './soak/checks.ts'
import { progressOf, SAMPLES_PER_LINE, summaryOf } from './soak/report.ts'
import { kinds, plain, readValues, type SoakSample, scrape, settingsFor } from './soak/scrape.ts'

/** Options of the soak. */
export interface SoakOptions extends FaultyWolkvoxOptions {
  readonly minutes: number
  /** A whole number. The same seed gives the same faults. */
  readonly seed: number
  /** Whether to check memory. V8's heap needs some minutes to reach a stable size. */
  readonly checkMemory: boolean
  /** Longest allowed duration of a scrape. */
  readonly scrapeLimitMs: number
  /** Ends the soak early. The checks use the samples until then. */
  readonly stopSignal: AbortSignal
  readonly print: (text: string) => void
}

const SCRAPE_EVERY_MS = 1000
const MINUTE_MS = 60_000

/**
 * Runs an exporter for a long time with a wolkvox that fails in many ways. Checks that memory, files, connections and timers do
 * not grow, that every scrape gets a response, and that the data is complete in the end.
 */
export async function soak(options: SoakOptions): Promise<BenchReport> {
  const violations: string[] = []
  const violation = (text: string) => {
    violations.push(text)
    options.print(`VIOLATION: ${text}`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'wolkvox-soak-'))
  const wolkvox = await startFaultyWolkvox(options, randomNumbers(options.seed))
  // Detached: Ctrl-C ends the soak, but the exporter must run until the last check.
  const exporter = startServe(settingsFor(wolkvox.url), folder, { detached: true })
  try {
    const url = await exporter.url
    if (url === undefined) throw new Error(`the exporter did not start: ${exporter.log()}`)
    const samples = await collectSamples(url, exporter, wolkvox, { ...options, violation })
    if (exporter.hasExited()) violation(`the exporter exited: ${lastLines(exporter.log())}`)
    else await checkLastRefresh(url, wolkvox, violation)
    checkGrowth(samples, options.checkMemory, violation)
    return { violations, summary: summaryOf(samples, wolkvox, violations) }
  } finally {
    await exporter.kill()
    await wolkvox.close()
    await rm(folder, { recursive: true })
  }
}

const LAST_LINES = 10

const lastLines = (log: string) => log.split('\n').slice(-LAST_LINES).join('\n')

async function collectSamples(
  url: string,
  exporter: ServeProcess,
  wolkvox: FaultyWolkvox,
  {
    minutes,
    scrapeLimitMs,
    stopSignal,
    print,
    violation,
  }: SoakOptions & { violation: (text: string) => void },
): Promise<SoakSample[]> {
  const samples: SoakSample[] = []
  const end = performance.now() + minutes * MINUTE_MS
  for (let nextAt = performance.now(); nextAt < end && !stopSignal.aborted; nextAt += SCRAPE_EVERY_MS) {
    await sleep(Math.max(0, nextAt - performance.now()))
    if (exporter.hasExited()) break
    const kind = kinds[samples.length % kinds.length] ?? plain
    try {
      const { text, tookMs } = await scrape(url, kind)
      if (tookMs > scrapeLimitMs) violation(`a scrape took ${Math.round(tookMs)} ms`)
      samples.push({ tookMs, values: readValues(text, violation) })
    } catch (error) {
      violation(`a scrape failed: ${error}`)
    }
    if (samples.length % SAMPLES_PER_LINE === 0) print(progressOf(samples, wolkvox))
  }
  return samples
}

const SCRAPE_LIMIT_MS = 1000
const FAULT_SHARE = 0.2

if (import.meta.main) {
  const { minutes, agents, seed } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      agents: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
    },
  }).values
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  await runBench((print) =>
    soak({
      minutes: parsePositive('minutes', minutes),
      agents: parsePositive('agents', agents),
      seed: parsePositive('seed', seed),
      faultShare: FAULT_SHARE,
      checkMemory: true,
      scrapeLimitMs: SCRAPE_LIMIT_MS,
      stopSignal: stop.signal,
      print,
    }),
  )
}
