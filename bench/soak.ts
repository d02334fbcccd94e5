import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type FaultyWolkvox, type FaultyWolkvoxOptions, startFaultyWolkvox } from './faulty-wolkvox.ts'
import { type BenchReport, positive, randomNumbers, runBench } from './run-bench.ts'
import { type ServeProcess, startServe } from './serve-process.ts'
import { judgeGrowth } from './soak/growth.ts'
import { judgeLastRefresh } from './soak/last-refresh.ts'
import { progressOf, SAMPLES_A_LINE, summaryOf } from './soak/report.ts'
import { readFigures, type Sample } from './soak/sample.ts'
import { kinds, plain, scrape } from './soak/scrape.ts'
import { settingsFor } from './soak/settings.ts'

/** What a soak is made of. */
export interface SoakOptions extends FaultyWolkvoxOptions {
  readonly minutes: number
  /** Whole; the same seed draws the same faults. */
  readonly seed: number
  /** Whether memory is judged: V8's heap needs some minutes until its size says anything. */
  readonly judgeMemory: boolean
  /** How long a scrape may take. */
  readonly scrapeLimitMs: number
  /** Ends it early; what was seen until then is judged. */
  readonly ending: AbortSignal
  readonly print: (text: string) => void
}

const SCRAPE_EVERY_MS = 1000
const MINUTE_MS = 60_000

/**
 * Runs an exporter for long in front of a wolkvox that fails in every way, and checks that it takes no more memory,
 * files, connections and timers with time, that it answers every scrape, and that it serves whole data in the end.
 */
export async function soak(options: SoakOptions): Promise<BenchReport> {
  const breaches: string[] = []
  const breach = (text: string) => {
    breaches.push(text)
    options.print(`BREACH: ${text}`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'wolkvox-soak-'))
  const wolkvox = await startFaultyWolkvox(options, randomNumbers(options.seed))
  // Detached: Ctrl-C ends the soak, and the exporter only after the last look at it.
  const exporter = startServe(settingsFor(wolkvox.url), folder, { detached: true })
  try {
    const url = await exporter.url
    if (url === undefined) throw new Error(`the exporter did not start: ${exporter.log()}`)
    const samples = await sampleForLong(url, exporter, wolkvox, { ...options, breach })
    if (exporter.hasExited()) breach(`the exporter has ended by itself: ${lastLines(exporter.log())}`)
    else await judgeLastRefresh(url, wolkvox, breach)
    judgeGrowth(samples, options.judgeMemory, breach)
    return { breaches, summary: summaryOf(samples, wolkvox, breaches) }
  } finally {
    await exporter.kill()
    await wolkvox.close()
    await rm(folder, { recursive: true })
  }
}

const LAST_LINES = 10

const lastLines = (log: string) => log.split('\n').slice(-LAST_LINES).join('\n')

async function sampleForLong(
  url: string,
  exporter: ServeProcess,
  wolkvox: FaultyWolkvox,
  { minutes, scrapeLimitMs, ending, print, breach }: SoakOptions & { breach: (text: string) => void },
): Promise<Sample[]> {
  const samples: Sample[] = []
  const end = performance.now() + minutes * MINUTE_MS
  for (let nextAt = performance.now(); nextAt < end && !ending.aborted; nextAt += SCRAPE_EVERY_MS) {
    await sleep(Math.max(0, nextAt - performance.now()))
    if (exporter.hasExited()) break
    const kind = kinds[samples.length % kinds.length] ?? plain
    try {
      const { text, tookMs } = await scrape(url, kind)
      if (tookMs > scrapeLimitMs) breach(`a scrape took ${Math.round(tookMs)} ms`)
      samples.push({ tookMs, figures: readFigures(text, breach) })
    } catch (error) {
      breach(`a scrape failed: ${error}`)
    }
    if (samples.length % SAMPLES_A_LINE === 0) print(progressOf(samples, wolkvox))
  }
  return samples
}

const A_SCRAPE_LIMIT_MS = 1000
const FAULT_SHARE = 0.2

if (import.meta.main) {
  const { minutes, agents, seed } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      agents: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
    },
  }).values
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
  await runBench((print) =>
    soak({
      minutes: positive('minutes', minutes),
      agents: positive('agents', agents),
      seed: positive('seed', seed),
      faultShare: FAULT_SHARE,
      judgeMemory: true,
      scrapeLimitMs: A_SCRAPE_LIMIT_MS,
      ending: ending.signal,
      print,
    }),
  )
}
