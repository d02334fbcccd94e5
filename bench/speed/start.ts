import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from '../../src/error-text.ts'
import { ROOT } from '../../tools/files.ts'
import { freePort } from '../../tools/free-port.ts'
import { getMetrics, startServe } from '../serve-process.ts'
import { REFRESHED, settingsFor, startMeasuredExporter, untilRefreshed } from './exporter.ts'
import { makeResponses, startWolkvox } from './fake-wolkvox.ts'
import { type BenchOptions, type Figure, formatAgents } from './figure.ts'
import { makeFolder, withCleanup } from './setup.ts'

const AGENTS = 500
const INTERVAL_SECONDS = 300

// Starts are short and vary.
const STARTS_PER_ROUND = 2

/** From source, Node also removes the types of every module, or reads them from its compile cache. */
const PROGRAMS = [
  { name: 'src/main.ts', maxSeconds: 0.4 },
  { name: 'dist/main.js', maxSeconds: 0.4 },
]

// Short against a start.
const POLL_MS = 2

const MAX_MODULES = 380

/** Preload this module to use {@link loadedModules}. */
export const MODULE_RECORDER = new URL('module-recorder.ts', import.meta.url).href

/** The modules that the main thread of a process has loaded so far: URLs of files, or names of built-in modules. */
export async function loadedModules(
  child: ChildProcess,
  kind: 'files' | 'built-in' = 'files',
): Promise<readonly string[]> {
  const reply = once(child, 'message')
  child.send(kind)
  return (await reply)[0]
}

/** Time from the start of the process to the first response of `/metrics`, and the modules that the serving thread loads. */
export async function measureStart(options: BenchOptions): Promise<Figure[]> {
  options.print(`start, ${formatAgents(AGENTS)} agents`)
  const programs = PROGRAMS.map((program) => ({ ...program, seconds: [] as number[] }))
  const modules = await withCleanup(async (defer) => {
    const wolkvox = await startWolkvox(makeResponses(AGENTS), defer)
    for (const { name } of programs) await startAndStop(wolkvox, join(ROOT, name))
    for (let start = 0; start < options.rounds * STARTS_PER_ROUND; start += 1) {
      for (const { name, seconds } of programs) seconds.push(await secondsToStart(wolkvox, join(ROOT, name)))
    }
    return countModules(wolkvox)
  })
  const at = formatAgents(AGENTS)
  return [
    ...programs.map(
      ({ name, seconds, maxSeconds }): Figure => ({
        what: `start to the first response, \`node ${name}\``,
        at,
        unit: 's',
        values: seconds,
        target: { bound: 'at most', value: maxSeconds, of: 'median' },
      }),
    ),
    {
      what: 'loaded by the serving thread',
      at,
      unit: 'modules',
      values: [modules],
      target: { bound: 'at most', value: MAX_MODULES, of: 'max' },
    },
  ]
}

/** From source, a regular exit stores the compiled modules for the next starts. */
function startAndStop(wolkvox: string, main: string): Promise<void> {
  return withCleanup(async (defer) => {
    const settings = settingsFor(wolkvox, INTERVAL_SECONDS)
    const { child, exited } = await startMeasuredExporter(settings, makeFolder(defer), defer, { main })
    child.kill('SIGTERM')
    await exited
  })
}

function secondsToStart(wolkvox: string, main: string): Promise<number> {
  return withCleanup(async (defer) => {
    const folder = makeFolder(defer)
    const port = await freePort()
    const startedAt = performance.now()
    const { kill, exited } = startServe(settingsFor(wolkvox, INTERVAL_SECONDS), folder, { main, port })
    defer(kill)
    let hasExited = false
    exited.then(() => {
      hasExited = true
    })
    while (!hasExited) {
      const response = await getMetrics(`http://127.0.0.1:${port}`, {}).catch(unlessRefused)
      if (response !== undefined) return (performance.now() - startedAt) / 1000
      await sleep(POLL_MS)
    }
    throw new Error(`${main} exited before it responded`)
  })
}

/** Until the exporter listens, the system refuses connections. */
function unlessRefused(error: unknown): void {
  if (codeOf(error) !== 'ECONNREFUSED') throw error
}

/** Counts after a refresh and a scrape, so that modules that are loaded late count, too. */
function countModules(wolkvox: string): Promise<number> {
  return withCleanup(async (defer) => {
    const settings = settingsFor(wolkvox, INTERVAL_SECONDS)
    const exporter = await startMeasuredExporter(settings, makeFolder(defer), defer, {
      preload: MODULE_RECORDER,
    })
    if (!exporter.log().includes(REFRESHED)) await untilRefreshed(exporter)
    await getMetrics(exporter.listening, {})
    return (await loadedModules(exporter.child)).length
  })
}
