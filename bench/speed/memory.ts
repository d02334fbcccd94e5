import { readFile } from 'node:fs/promises'
import { makeAnswers } from './answer.ts'
import { type Defer, withCleanup } from './cleanup.ts'
import { settingsFor, startExporter, untilRefreshed } from './exporter.ts'
import type { Figure } from './figure.ts'
import { makeFolder } from './folder.ts'
import type { BenchOptions } from './options.ts'
import { startScraping } from './scraping.ts'
import { inWords, SIZES, type Size } from './sizes.ts'
import { startWolkvox } from './wolkvox.ts'

const MB = 1e6
const TARGETS_MB: Readonly<Record<Size, number>> = { 500: 120, 5000: 180, 60000: 450 }

/** A process of the exporter, from its start to its kill. */
interface Life {
  readonly what: string
  readonly intervalSeconds: number
  readonly refreshes: Readonly<Record<Size, number>>
  /** What its log has to hold. */
  readonly logs: string
}

/** One after the other, with the same storage. */
const LIVES: readonly Life[] = [
  {
    what: 'peak resident memory, refreshing and scraped',
    // As fast as it goes; V8's heap has its full size only after many.
    intervalSeconds: 1,
    refreshes: { 500: 30, 5000: 30, 60000: 10 },
    logs: 'refreshed',
  },
  {
    what: 'peak resident memory, restarted from what was kept',
    // What the kill has left may be some seconds old, and is to be served for a while before the next refresh.
    intervalSeconds: 15,
    refreshes: { 500: 2, 5000: 2, 60000: 2 },
    logs: 'restored',
  },
]

const RHYTHM = { perSecond: 2, plainEvery: 10 }

/** The most memory that the whole process ever had: of a long-lived one, and of the one that is started after it. */
export async function measureMemory(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of SIZES) {
    options.print(`peak memory, ${inWords(size)} agents`)
    figures.push(...(await withCleanup((defer) => measureSize(size, defer))))
  }
  return figures
}

async function measureSize(size: Size, defer: Defer): Promise<Figure[]> {
  const wolkvox = await startWolkvox(makeAnswers(size), defer)
  const folder = makeFolder(defer)
  const figures: Figure[] = []
  for (const life of LIVES) {
    figures.push({
      what: life.what,
      at: inWords(size),
      unit: 'MB',
      values: [await peakMegabytes(life, size, wolkvox, folder)],
      target: { bound: 'at most', value: TARGETS_MB[size], of: 'max' },
    })
  }
  return figures
}

function peakMegabytes(life: Life, size: Size, wolkvox: string, folder: string): Promise<number> {
  return withCleanup(async (defer) => {
    const exporter = await startExporter(settingsFor(wolkvox, life.intervalSeconds), folder, defer)
    const scraping = startScraping(exporter.listening, RHYTHM, defer)
    await untilRefreshed(exporter, life.refreshes[size])
    scraping.check()
    if (!exporter.log().includes(life.logs)) throw new Error(`nothing was ${life.logs}: ${exporter.log()}`)
    // Linux keeps count of it.
    const status = await readFile(`/proc/${exporter.child.pid}/status`, 'utf8')
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? []
    return (Number(kibibytes) * 1024) / MB
  })
}
