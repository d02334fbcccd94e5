import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { settingsFor, startMeasuredExporter, untilRefreshed } from './exporter.ts'
import { makeResponses, startWolkvox } from './fake-wolkvox.ts'
import { type BenchOptions, type Figure, formatAgents, SIZES, type Size } from './figure.ts'
import { startScraping } from './load.ts'
import { type Defer, makeFolder, withCleanup } from './setup.ts'

const MB = 1e6
/** The targets by the number of agents. */
export const MEMORY_TARGETS_MB: Readonly<Record<Size, number>> = { 500: 120, 5000: 180, 60000: 450 }

/** One process of the exporter. */
interface Run {
  readonly what: string
  readonly intervalSeconds: number
  readonly refreshes: Readonly<Record<Size, number>>
  /** A word that its log must contain. */
  readonly logs: string
}

/** In this order, with the same storage. */
const RUNS: readonly Run[] = [
  {
    what: 'peak resident memory, refreshing and scraped',
    // As fast as possible: V8's heap reaches its full size only after many refreshes.
    intervalSeconds: 1,
    refreshes: { 500: 30, 5000: 30, 60000: 10 },
    logs: 'refreshed',
  },
  {
    what: 'peak resident memory, restarted with stored data',
    // Stored data may be some seconds old, and must be served for a while before the next refresh.
    intervalSeconds: 15,
    refreshes: { 500: 2, 5000: 2, 60000: 2 },
    logs: 'restored',
  },
]

/** Scrapes while memory is measured. */
export const MEMORY_SCRAPES = { perSecond: 2, plainEvery: 10 }

/** Peak memory of the whole process: of one that refreshes often, and of one that restarts with its stored data. */
export async function measureMemory(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of SIZES) {
    options.print(`peak memory, ${formatAgents(size)} agents`)
    figures.push(...(await withCleanup((defer) => measureSize(size, defer))))
  }
  return figures
}

async function measureSize(size: Size, defer: Defer): Promise<Figure[]> {
  const wolkvox = await startWolkvox(makeResponses(size), defer)
  const folder = makeFolder(defer)
  const figures: Figure[] = []
  for (const run of RUNS) {
    figures.push({
      what: run.what,
      at: formatAgents(size),
      unit: 'MB',
      values: [await peakMegabytes(run, size, wolkvox, folder)],
      target: { bound: 'at most', value: MEMORY_TARGETS_MB[size], of: 'max' },
    })
  }
  return figures
}

function peakMegabytes(run: Run, size: Size, wolkvox: string, folder: string): Promise<number> {
  return withCleanup(async (defer) => {
    const exporter = await startMeasuredExporter(settingsFor(wolkvox, run.intervalSeconds), folder, defer)
    const scrapes = startScraping(exporter.listening, MEMORY_SCRAPES, defer)
    await untilRefreshed(exporter, run.refreshes[size])
    scrapes.check()
    if (!exporter.log().includes(run.logs))
      throw new Error(`no line with "${run.logs}" in the log: ${exporter.log()}`)
    return peakMegabytesOf(exporter.child)
  })
}

/** The peak resident memory of a running process, which Linux records. */
export async function peakMegabytesOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? []
  return (Number(kibibytes) * 1024) / MB
}
