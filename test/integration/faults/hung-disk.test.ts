import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Operation } from '../../../src/config/operation.ts'
import { startExporter } from '../../../src/exporter/exporter.ts'
import { anEnvelope, anOperation, aRecord } from '../../../tools/fixtures.ts'
import { answerWith, serveHttp } from '../../support/loopback-server.ts'
import { storedFile } from '../../support/stored-files.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// Opening this pipe in place of a temporary file waits in the kernel, on a thread of libuv's pool.
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
  // Opened for reading and writing, so that waiting readers and waiting writers continue.
  for (const pipe of pipes.splice(0)) closeSync(openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK))
})

function makePipe(path: string): string {
  execFileSync('mkfifo', [path])
  pipes.push(path)
  return path
}

/** An operation whose server is reachable. */
async function aServedOperation(): Promise<Operation> {
  const baseUrl = await serveHttp(answerWith(anEnvelope([aRecord(), aRecord({ agent_id: '2' })])))
  return anOperation({ baseUrl, refreshIntervalMs: INTERVAL_MS, timeoutMs: 60_000 })
}

/** Starts an exporter in this process, with a clock that the test moves. */
async function start(operation: Operation, storagePath: string) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  const events: Record<string, unknown>[] = []
  const starting = startExporter(
    { operations: [operation], warnings: [] },
    { listenAddresses: [{ host: '127.0.0.1', port: 0 }], telemetryPath: '/metrics', storagePath },
    pino({ base: null, level: 'debug' }, { write: (line) => events.push(JSON.parse(line)) }),
  )
  // A hung disk delays the start by a second.
  const exporter = await moveClockUntil(starting)
  const url = String(exporter.urls[0])
  const countOf = (event: string) => events.filter(({ msg }) => msg === event).length
  return { exporter, url, events, countOf }
}

async function moveClockUntil<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false
  const settled = promise.finally(() => {
    isSettled = true
  })
  while (!isSettled) {
    await new Promise((resolve) => realTimeout(resolve, 10))
    await vi.advanceTimersByTimeAsync(50)
  }
  return settled
}

type Started = Awaited<ReturnType<typeof start>>

const WAIT_LIMIT_MS = 20_000
const STORING_MS = 20
const realTimeout = setTimeout

/** Moves the clock until the next refresh has ended: by an interval, then further, so that waits for the disk time out. */
async function passInterval({ countOf, events }: Started): Promise<void> {
  const before = countOf('refreshed')
  await vi.advanceTimersByTimeAsync(INTERVAL_MS)
  for (let waited = 0; countOf('refreshed') === before; waited += 2) {
    if (waited > WAIT_LIMIT_MS) throw new Error(`the refresh does not end: ${JSON.stringify(events)}`)
    await new Promise((resolve) => realTimeout(resolve, 2))
    if (waited % 500 === 498) await vi.advanceTimersByTimeAsync(INTERVAL_MS)
  }
  // If the clock moves before the data is stored, the refresher skips a tick, and this function waits for it.
  await new Promise((resolve) => realTimeout(resolve, STORING_MS))
}

/** How long a scrape takes, by a clock that the test does not move. */
async function scrape(url: string): Promise<number> {
  const from = process.hrtime.bigint()
  const response = await fetch(`${url}/metrics`)
  await response.arrayBuffer()
  expect(response.status).toBe(200)
  return Number(process.hrtime.bigint() - from) / 1e6
}

type Hang = (folder: string, operation: Operation) => void

const places: readonly (readonly [string, Hang])[] = [
  [
    'the account file, when it is read',
    (folder, operation) => makePipe(storedFile(folder, 'account', operation)),
  ],
  [
    'the snapshot file, when it is read',
    (folder, operation) => makePipe(storedFile(folder, 'snapshot', operation)),
  ],
  ['the lock file', (folder, operation) => makePipe(storedFile(folder, 'lock', operation))],
  ...(['account', 'snapshot'] as const).map(
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
  it(`refreshes for ${MINUTES} minutes and serves ${SCRAPES} scrapes, each in under ${SLOWEST_MS} ms`, async () => {
    const folder = temporaryFolder()
    const operation = await aServedOperation()
    hang(folder, operation)
    const started = await start(operation, folder)
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
