import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { settingsFor, startMeasuredExporter, untilRefreshed } from './exporter.ts'
import { makeResponses, startWolkvox } from './fake-wolkvox.ts'
import { type BenchOptions, type Figure, formatAgents, type Size } from './figure.ts'
import { startScraping } from './load.ts'
import { type Defer, makeFolder, withCleanup } from './setup.ts'
import type { Stalls } from './stall-probe.ts'

interface Scenario {
  readonly size: Size
  /** Longer than a refresh takes. */
  readonly intervalSeconds: number
  readonly targetMs: number
  /** More than in practice, but few enough that refreshes dominate the stalls. */
  readonly scrapesPerSecond: number
  /** Refreshes in each round, so that both sizes take about the same time. */
  readonly refreshes: number
}

/** The most agents that wolkvox returns. */
export const LARGE_SCENARIO: Scenario = {
  size: 60_000,
  intervalSeconds: 6,
  targetMs: 30,
  scrapesPerSecond: 5,
  refreshes: 1,
}

const SCENARIOS: readonly Scenario[] = [
  { size: 5000, intervalSeconds: 2, targetMs: 15, scrapesPerSecond: 20, refreshes: 2 },
  LARGE_SCENARIO,
]

/** The longest stall of the serving thread in each refresh during scrapes, compared with an idle process. */
export async function measureStalls(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const scenario of SCENARIOS) {
    options.print(`longest stall, ${formatAgents(scenario.size)} agents`)
    figures.push(...(await withCleanup((defer) => measureSize(scenario, options.rounds, defer))))
  }
  return figures
}

async function measureSize(scenario: Scenario, rounds: number, defer: Defer): Promise<Figure[]> {
  const { size, intervalSeconds, targetMs, refreshes, scrapesPerSecond } = scenario
  let call = Promise.withResolvers<void>()
  const wolkvox = await startWolkvox(makeResponses(size), defer, () => {
    call.resolve()
    call = Promise.withResolvers()
  })
  const idle = startIdle(defer)
  const settings = settingsFor(wolkvox, intervalSeconds)
  const exporter = await startMeasuredExporter(settings, makeFolder(defer), defer, { preload: PROBE })
  // The first refresh is part of the start.
  await untilRefreshed(exporter)
  const scrapes = startScraping(exporter.listening, { perSecond: scrapesPerSecond }, defer)
  const ofExporter: Stalls[] = []
  const ofIdle: Stalls[] = []
  // One refresh runs from one request to the next.
  for (let refresh = 0; refresh <= rounds * refreshes; refresh += 1) {
    await Promise.race([call.promise, exporter.exited])
    ofExporter.push(await readProbe(exporter.child))
    ofIdle.push(await readProbe(idle))
  }
  scrapes.check()
  return stallFigures('in a refresh', formatAgents(size), targetMs, ofExporter, ofIdle)
}

/**
 * The rows about stalls.
 *
 * @param when completes `longest stall of the serving thread`
 * @param at number of agents, formatted
 * @param ofExporter one for each round, after one that covers the time before
 * @param ofIdle of an idle process at the same times
 */
export function stallFigures(
  when: string,
  at: string,
  targetMs: number,
  ofExporter: readonly Stalls[],
  ofIdle: readonly Stalls[],
): Figure[] {
  const values = (stalls: readonly Stalls[], which: keyof Stalls) =>
    stalls.slice(1).map((stall) => stall[which])
  return [
    {
      what: `longest stall of the serving thread ${when}`,
      at,
      unit: 'ms',
      values: values(ofExporter, 'longest'),
      target: { bound: 'at most', value: targetMs, of: 'max' },
    },
    { what: 'of an idle process at the same time', at, unit: 'ms', values: values(ofIdle, 'longest') },
    {
      what: 'most CPU time of the serving thread without a pause',
      at,
      unit: 'ms',
      values: values(ofExporter, 'busiest'),
    },
  ]
}

/** Loaded before a program whose stalls are measured. */
export const PROBE = new URL('stall-probe.ts', import.meta.url).href

const IDLE = 'setInterval(() => {}, 2 ** 30)'

/** The stalls of a process since the last call of this function. The process must have loaded the probe. */
export async function readProbe(child: ChildProcess): Promise<Stalls> {
  const reply = once(child, 'message')
  child.send('read')
  const [stalls] = await reply
  return stalls as Stalls
}

/** Starts a process that only loads the probe. Its stalls come from the machine. */
export function startIdle(defer: Defer): ChildProcess {
  const child = spawn(process.execPath, ['--import', PROBE, '--eval', IDLE], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exited = once(child, 'close')
  defer(() => {
    child.kill('SIGKILL')
    return exited
  })
  return child
}
