import { makeAnswers } from '../answer.ts'
import { type Defer, withCleanup } from '../cleanup.ts'
import { settingsFor, startExporter, untilRefreshed } from '../exporter.ts'
import type { Figure } from '../figure.ts'
import { makeFolder } from '../folder.ts'
import type { BenchOptions } from '../options.ts'
import { startScraping } from '../scraping.ts'
import { inWords, type Size } from '../sizes.ts'
import { startWolkvox } from '../wolkvox.ts'
import { askProbe, PROBE, startIdle } from './ask-probe.ts'
import type { Stalls } from './probe.ts'

interface Setting {
  readonly size: Size
  /** In which a refresh ends, with time to spare. */
  readonly intervalSeconds: number
  readonly targetMs: number
  /** More than anybody's, yet few enough that what is seen is the refresh, not the sending of pages. */
  readonly scrapesPerSecond: number
  /** Refreshes a round, so that both sizes are looked at for about as long. */
  readonly refreshes: number
}

const SETTINGS: readonly Setting[] = [
  { size: 5000, intervalSeconds: 2, targetMs: 15, scrapesPerSecond: 20, refreshes: 2 },
  { size: 60_000, intervalSeconds: 6, targetMs: 30, scrapesPerSecond: 5, refreshes: 1 },
]

/** The longest stall of the serving thread in each refresh, scraped meanwhile, and that of an idle process beside it. */
export async function measureStalls(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const setting of SETTINGS) {
    options.print(`longest stall, ${inWords(setting.size)} agents`)
    figures.push(...(await withCleanup((defer) => measureSize(setting, options.rounds, defer))))
  }
  return figures
}

async function measureSize(setting: Setting, rounds: number, defer: Defer): Promise<Figure[]> {
  const { size, intervalSeconds, targetMs, refreshes, scrapesPerSecond } = setting
  let call = Promise.withResolvers<void>()
  const wolkvox = await startWolkvox(makeAnswers(size), defer, () => {
    call.resolve()
    call = Promise.withResolvers()
  })
  const idle = startIdle(defer)
  const settings = settingsFor(wolkvox, intervalSeconds)
  const exporter = await startExporter(settings, makeFolder(defer), defer, { preload: PROBE })
  // The first falls together with the start.
  await untilRefreshed(exporter)
  const scraping = startScraping(exporter.listening, { perSecond: scrapesPerSecond }, defer)
  const ofExporter: Stalls[] = []
  const ofIdle: Stalls[] = []
  // From call to call there is one refresh, with all that follows from it.
  for (let refresh = 0; refresh <= rounds * refreshes; refresh += 1) {
    await Promise.race([call.promise, exporter.exited])
    ofExporter.push(await askProbe(exporter.child))
    ofIdle.push(await askProbe(idle))
  }
  scraping.check()
  // The first is of what was before.
  const values = (stalls: readonly Stalls[], which: keyof Stalls) =>
    stalls.slice(1).map((stall) => stall[which])
  const at = inWords(size)
  return [
    {
      what: 'longest stall of the serving thread in a refresh',
      at,
      unit: 'ms',
      values: values(ofExporter, 'longest'),
      target: { bound: 'at most', value: targetMs, of: 'max' },
    },
    { what: 'of an idle process beside it', at, unit: 'ms', values: values(ofIdle, 'longest') },
    {
      what: 'most that the serving thread itself worked at a stretch',
      at,
      unit: 'ms',
      values: values(ofExporter, 'busiest'),
    },
  ]
}
