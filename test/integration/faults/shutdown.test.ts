import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../../tools/eventually.ts'
import { storedFile } from '../../support/stored-files.ts'

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname
const HANG_READS = new URL('./hang-reads.mjs', import.meta.url).href
const HANG_WRITES = new URL('./hang-writes.mjs', import.meta.url).href
const HANG_LOCKS = new URL('./hang-locks.mjs', import.meta.url).href

const OPERATION = { name: 'ventas', server: '0042' }

// The documented limit after SIGTERM.
const SHUTDOWN_LIMIT_MS = 5000

// Many start in parallel, and a hung disk adds 10 s.
const START_MS = 60_000
const PARALLEL = 6

const cleanUps: (() => void)[] = []
afterAll(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp()
})

/** A wolkvox that responds immediately or never. */
async function startWolkvox(responds: boolean) {
  const body = JSON.stringify({ code: 200, data: [{ agent_id: '1', agent_status: 'READY' }] })
  const server = createServer((_request, response) => {
    if (responds) response.end(body)
  }).listen(0, '127.0.0.1')
  cleanUps.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const requested = once(server, 'request')
  await once(server, 'listening')
  return { requested, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

type Disk = 'works' | 'hangs while it is read' | 'hangs while it is written' | 'hangs while it is locked'
type Network = 'works' | 'hangs at the DNS lookup' | 'hangs at the response'

/** A folder with a data folder, and pipes whose readers and writers hang. */
function prepareFolder(disk: Disk, baseUrl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'wolkvox-exporter-'))
  cleanUps.push(() => rmSync(folder, { recursive: true, maxRetries: 5 }))
  const data = join(folder, 'data')
  mkdirSync(data)
  const pipes = [join(folder, 'aliases'), join(folder, 'disk')]
  execFileSync('mkfifo', pipes)
  if (disk === 'hangs while it is read') {
    writeFileSync(storedFile(data, 'account', { ...OPERATION, baseUrl }), '')
  }
  return { data, aliases: pipes[0], pipe: pipes[1] }
}

/**
 * Starts an exporter and waits until disk and network hang.
 *
 * @returns the process to wait for, and the id of the process to signal
 */
async function startHanging(disk: Disk, network: Network, asFirstProcess: boolean) {
  const { requested, url } = await startWolkvox(network === 'works')
  const baseUrl = network === 'hangs at the DNS lookup' ? 'http://wolkvox' : url
  const { data, aliases, pipe } = prepareFolder(disk, baseUrl)
  const argv = [
    ...(disk === 'hangs while it is read' ? ['--import', HANG_READS] : []),
    ...(disk === 'hangs while it is written' ? ['--import', HANG_WRITES] : []),
    ...(disk === 'hangs while it is locked' ? ['--import', HANG_LOCKS] : []),
    ...[MAIN, '--web.listen-address=127.0.0.1:0', '--log.format=json', `--storage.path=${data}`],
  ]
  const [command, args] = asFirstProcess
    ? ['unshare', ['--pid', '--fork', '--kill-child', process.execPath, ...argv]]
    : [process.execPath, argv]
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      WOLKVOX_SERVER: OPERATION.server,
      WOLKVOX_TOKEN: 'test-token',
      WOLKVOX_OPERATION: OPERATION.name,
      // glibc reads this file to resolve a name without a dot, and waits for the pipe without limit.
      HOSTALIASES: aliases,
      HANGING_PIPE: pipe,
      WOLKVOX_BASE_URL: baseUrl,
    },
  })
  cleanUps.push(() => child.kill('SIGKILL'))
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const logged = (event: string) =>
    eventually(event, () => log.includes(`"${event}"`) || undefined, START_MS).catch((error) => {
      throw new Error(`${error.message}: ${log}`)
    })
  await logged('listening')
  const pid = await pidOf(child, asFirstProcess)
  const threads = Number(disk !== 'works') + Number(network === 'hangs at the DNS lookup')
  await eventually(
    `${threads} hung threads`,
    async () => (await hungThreads(pid)) === threads || undefined,
    START_MS,
  )
  // A hung disk delays the first request by 10 s.
  if (network === 'hangs at the response') await requested
  if (network === 'works') await logged('refreshed')
  const metrics = await fetch(/"url":"([^"]+)"/.exec(log)?.[1] ?? '')
  if (metrics.status !== 200) throw new Error(`the metrics have status ${metrics.status}: ${log}`)
  return { child, pid }
}

async function pidOf({ pid }: ChildProcess, asFirstProcess: boolean): Promise<number> {
  if (!asFirstProcess) return Number(pid)
  return Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
}

/** Counts the threads of the process that wait in the kernel for the other end of a pipe. */
async function hungThreads(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`)
  const places = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/wchan`, 'utf8')),
  )
  return places.filter((place) => place.includes('wait_for_partner')).length
}

async function endBySigterm({ child, pid }: Awaited<ReturnType<typeof startHanging>>) {
  const exited = once(child, 'exit')
  const from = performance.now()
  process.kill(pid, 'SIGTERM')
  const [code, signal] = await exited
  return { code, signal, inTime: performance.now() - from < SHUTDOWN_LIMIT_MS }
}

const disks: readonly Disk[] = [
  'works',
  'hangs while it is read',
  'hangs while it is written',
  'hangs while it is locked',
]
const networks: readonly Network[] = ['works', 'hangs at the DNS lookup', 'hangs at the response']
const places = ['a process', 'the first process of a container']
const cases = places.flatMap((place) =>
  disks.flatMap((disk) => networks.map((network) => [place, disk, network] as const)),
)

describe('SIGTERM ends the exporter within 5 s, with exit code 0', () => {
  const endings = new Map<unknown, Awaited<ReturnType<typeof endBySigterm>>>()

  // Start all in parallel, because each waits for its disk. Signal them only when all hang, so that starting does not delay a
  // shutdown.
  beforeAll(async () => {
    const started = await Promise.all(
      cases.map(async (each) => {
        const [place, disk, network] = each
        return [each, await startHanging(disk, network, place !== 'a process')] as const
      }),
    )
    for (let from = 0; from < started.length; from += PARALLEL) {
      const ended = started
        .slice(from, from + PARALLEL)
        .map(async ([each, exporter]) => endings.set(each, await endBySigterm(exporter)))
      await Promise.all(ended)
    }
  }, 180_000)

  it.each(
    cases.map((each) => ({ each, name: `as ${each[0]} whose disk ${each[1]} and whose network ${each[2]}` })),
  )('$name', ({ each }) => {
    expect(endings.get(each)).toEqual({ code: 0, signal: null, inTime: true })
  })
})
