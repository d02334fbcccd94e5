import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  allocation,
  type MeasuredExporter,
  ONCE_SECONDS,
  settingsFor,
  startMeasuredExporter,
  untilRefreshed,
} from './exporter.ts'
import { makeResponses, startWolkvox } from './fake-wolkvox.ts'
import { type BenchOptions, type Figure, ratios } from './figure.ts'
import { runWrk, startScraping } from './load.ts'
import { MEMORY_SCRAPES, MEMORY_TARGETS_MB, peakMegabytesOf } from './memory.ts'
import { type Defer, makeFolder, withCleanup } from './setup.ts'
import type { Stalls } from './stall-probe.ts'
import { LARGE_SCENARIO, PROBE, readProbe, stallFigures, startIdle } from './stalls.ts'

const OPERATIONS = 50
const AGENTS_EACH = 1200
const AGENTS = OPERATIONS * AGENTS_EACH
const AT = `${OPERATIONS} × ${AGENTS_EACH.toLocaleString('en')}`

// As many as one operation with the same agents does in the measurement of memory, although not as fast as possible.
const REFRESHES = 10 * OPERATIONS

const CONNECTIONS = 10
const WARM_UP_SECONDS = 6

/**
 * Many operations in one exporter, against one operation with as many agents. The targets of stalls and memory are those of the one
 * operation, and so is the rate of scrapes.
 */
export async function measureOperations(options: BenchOptions): Promise<Figure[]> {
  options.print(`scrapes per second, ${AT} agents`)
  const scrapes = await withCleanup((defer) => measureScrapes(options, defer))
  options.print(`longest stall, ${AT} agents`)
  const stalls = await withCleanup((defer) => measureStalls(options, defer))
  options.print(`peak memory, ${AT} agents`)
  const memory = await withCleanup(measureMemory)
  return [...scrapes, ...stalls, memory]
}

async function measureScrapes({ rounds, seconds }: BenchOptions, defer: Defer): Promise<Figure[]> {
  const wolkvox = await startWolkvox(makeResponses(AGENTS), defer)
  const one = await startMeasuredExporter(settingsFor(wolkvox, ONCE_SECONDS), makeFolder(defer), defer)
  await untilRefreshed(one)
  const many = await startMany(ONCE_SECONDS, defer)
  await untilRefreshed(many, OPERATIONS)
  const perSecond = { one: [] as number[], many: [] as number[] }
  const turns = [
    { exporter: one, values: perSecond.one },
    { exporter: many, values: perSecond.many },
  ]
  for (const { exporter } of turns) {
    await runWrk(exporter.listening, { connections: CONNECTIONS, seconds: WARM_UP_SECONDS })
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { exporter, values } of round % 2 === 0 ? turns : turns.toReversed()) {
      const run = await runWrk(exporter.listening, { connections: CONNECTIONS, seconds })
      values.push(run.requests / run.seconds)
    }
  }
  return [
    {
      what: 'scrapes/s against one operation with as many agents',
      at: AT,
      unit: '×',
      values: ratios(perSecond.many, perSecond.one),
      target: { bound: 'at least', value: 0.9, of: 'median' },
    },
    { what: 'of many operations', at: AT, unit: '/s', values: perSecond.many },
    { what: 'of one operation', at: AT, unit: '/s', values: perSecond.one },
  ]
}

async function measureStalls({ rounds }: BenchOptions, defer: Defer): Promise<Figure[]> {
  const idle = startIdle(defer)
  const exporter = await startMany(LARGE_SCENARIO.intervalSeconds, defer, PROBE)
  // The first refreshes are part of the start.
  await untilRefreshed(exporter, OPERATIONS)
  const scrapes = startScraping(exporter.listening, { perSecond: LARGE_SCENARIO.scrapesPerSecond }, defer)
  const ofExporter: Stalls[] = []
  const ofIdle: Stalls[] = []
  for (let round = 0; round <= rounds; round += 1) {
    ofExporter.push(await readProbe(exporter.child))
    ofIdle.push(await readProbe(idle))
    await sleep(1000 * LARGE_SCENARIO.intervalSeconds)
  }
  scrapes.check()
  return stallFigures('while each operation refreshes once', AT, LARGE_SCENARIO.targetMs, ofExporter, ofIdle)
}

async function measureMemory(defer: Defer): Promise<Figure> {
  const exporter = await startMany(LARGE_SCENARIO.intervalSeconds, defer)
  const scrapes = startScraping(exporter.listening, MEMORY_SCRAPES, defer)
  await untilRefreshed(exporter, REFRESHES)
  scrapes.check()
  return {
    what: 'peak resident memory, refreshing and scraped',
    at: AT,
    unit: 'MB',
    values: [await peakMegabytesOf(exporter.child)],
    target: { bound: 'at most', value: MEMORY_TARGETS_MB[60_000], of: 'max' },
  }
}

/** Starts an exporter with many operations, each on an account of its own. */
async function startMany(intervalSeconds: number, defer: Defer, preload?: string): Promise<MeasuredExporter> {
  const wolkvox = await startWolkvox(makeResponses(AGENTS_EACH), defer)
  const folder = makeFolder(defer)
  const file = join(makeFolder(defer), 'config.yml')
  const operations = Array.from(
    { length: OPERATIONS },
    (_, index) => `  - { name: operation-${index}, server: "${1000 + index}" }`,
  )
  const defaults = [
    `base_url: ${wolkvox}`,
    'token_env: BENCH_TOKEN',
    `refresh_interval: ${intervalSeconds}s`,
    'operations:',
  ]
  await writeFile(file, [...defaults, ...operations, ''].join('\n'))
  return startMeasuredExporter({ ...allocation, BENCH_TOKEN: 'bench-token' }, folder, defer, {
    flags: [`--config.file=${file}`],
    ...(preload === undefined ? {} : { preload }),
  })
}
