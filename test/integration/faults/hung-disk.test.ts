import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startExporter } from '../../../src/commands/exporter.ts'
import { fileOf } from '../../../src/storage/file-names.ts'
import { anEnvelope, anOperation, answerWith, aRecord, serveHttp } from '../../support/helpers.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// What opens this pipe instead of a temporary file waits in the system, on a thread of the pool.
const hanging = vi.hoisted(() => ({ part: '', pipe: '' }))

vi.mock('node:fs/promises', async (original) => {
  const files = await original<typeof import('node:fs/promises')>()
  const open: typeof files.open = (path, ...rest) =>
    hanging.part !== '' && String(path).includes(hanging.part) && String(path).endsWith('.tmp')
      ? files.open(hanging.pipe, 'w')
      : files.open(path, ...rest)
  return { ...files, open }
})

const INTERVAL_MS = 5000
const MINUTES = 10
const REFRESHES = (MINUTES * 60_000) / INTERVAL_MS
const SCRAPES = 1000
const SLOWEST_MS = 250

const pipes: string[] = []
afterEach(() => {
  vi.useRealTimers()
  hanging.part = ''
  // A reader and a writer at once let both kinds of waiting end.
  for (const pipe of pipes.splice(0)) closeSync(openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK))
})

function makePipe(path: string): string {
  execFileSync('mkfifo', [path])
  pipes.push(path)
  return path
}

/** Starts an exporter in this process, by a clock that the test moves. */
async function start(storagePath: string) {
  const baseUrl = await serveHttp(answerWith(anEnvelope([aRecord(), aRecord({ agent_id: '2' })])))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  const events: Record<string, unknown>[] = []
  const exporter = await startExporter(
    {
      operations: [anOperation({ baseUrl, refreshIntervalMs: INTERVAL_MS, timeoutMs: 60_000 })],
      warnings: [],
    },
    { listenAddresses: [{ host: '127.0.0.1', port: 0 }], telemetryPath: '/metrics', storagePath },
    pino({ base: null }, { write: (line) => events.push(JSON.parse(line)) }),
  )
  const url = String(exporter.urls[0])
  const countOf = (event: string) => events.filter(({ msg }) => msg === event).length
  return { exporter, url, events, countOf }
}

type Started = Awaited<ReturnType<typeof start>>

const PATIENCE_MS = 20_000
const realTimeout = setTimeout

/** Moves the clock by an interval, and on, until the refresh that is due has ended: what waits for the disk gives up by it. */
async function passInterval({ countOf, events }: Started): Promise<void> {
  const before = countOf('refreshed')
  await vi.advanceTimersByTimeAsync(INTERVAL_MS)
  for (let waited = 0; countOf('refreshed') === before; waited += 2) {
    if (waited > PATIENCE_MS) throw new Error(`the refresh does not end: ${JSON.stringify(events)}`)
    await new Promise((resolve) => realTimeout(resolve, 2))
    if (waited % 500 === 498) await vi.advanceTimersByTimeAsync(INTERVAL_MS)
  }
}

/** How long a scrape takes, by a clock that is not moved. */
async function scrape(url: string): Promise<number> {
  const from = process.hrtime.bigint()
  const response = await fetch(`${url}/metrics`)
  await response.arrayBuffer()
  expect(response.status).toBe(200)
  return Number(process.hrtime.bigint() - from) / 1e6
}

const places: readonly (readonly [string, (folder: string) => void])[] = [
  ['the calls file, when it is read', (folder) => makePipe(fileOf(folder, 'ventas', 'calls'))],
  ['the snapshot file, when it is read', (folder) => makePipe(fileOf(folder, 'ventas', 'snapshot'))],
  ['the lock file', (folder) => makePipe(fileOf(folder, 'ventas', 'lock'))],
  ...(['calls', 'snapshot'] as const).map(
    (kind) =>
      [
        `the ${kind} file, when it is written`,
        (folder: string) => {
          hanging.pipe = makePipe(join(folder, 'disk'))
          hanging.part = `.${kind}.`
        },
      ] as const,
  ),
]

describe.each(places)('with a disk that hangs at %s', (_place, hang) => {
  it(`refreshes for ${MINUTES} minutes and answers ${SCRAPES} scrapes, each in under ${SLOWEST_MS} ms`, async () => {
    const folder = temporaryFolder()
    hang(folder)
    const started = await start(folder)
    const times: number[] = []
    for (let refresh = 0; refresh < REFRESHES; refresh += 1) {
      await passInterval(started)
      const scrapes = Array.from({ length: Math.ceil(SCRAPES / REFRESHES) }, () => scrape(started.url))
      times.push(...(await Promise.all(scrapes)))
    }
    expect(times.length).toBeGreaterThanOrEqual(SCRAPES)
    expect(Math.max(...times)).toBeLessThan(SLOWEST_MS)
    expect((await fetch(`${started.url}/-/healthy`)).status).toBe(200)
    const warnings = started.events.filter(({ level }) => level === 40)
    expect(warnings.length).toBeLessThanOrEqual(5)
    void started.exporter.stop()
  }, 120_000)
})
