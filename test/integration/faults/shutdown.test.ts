import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileOf } from '../../../src/storage/file-names.ts'
import { eventually } from '../../support/programs/eventually.ts'

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname
const HANG_WRITES = new URL('./hang-writes.mjs', import.meta.url).href
const HANG_LOCKS = new URL('./hang-locks.mjs', import.meta.url).href

// The contract: gone within 5 s of SIGTERM.
const ENDS_WITHIN_MS = 5000

// Many start at a time, and a disk that hangs adds 10 s.
const START_MS = 60_000
const AT_A_TIME = 6

const cleanUps: (() => void)[] = []
afterAll(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp()
})

/** A wolkvox that answers at once, or never. */
async function startWolkvox(answers: boolean) {
  const body = JSON.stringify({ code: 200, data: [{ agent_id: '1', agent_status: 'READY' }] })
  const server = createServer((_request, response) => {
    if (answers) response.end(body)
  }).listen(0, '127.0.0.1')
  cleanUps.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const asked = once(server, 'request')
  await once(server, 'listening')
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

type Disk = 'answers' | 'hangs while it is read' | 'hangs while it is written' | 'hangs while it is locked'
type Network = 'answers' | 'hangs at the name' | 'hangs at the answer'

/** A folder with a data folder, and pipes that hang whatever opens them. */
function prepareFolder(disk: Disk) {
  const folder = mkdtempSync(join(tmpdir(), 'wolkvox-exporter-'))
  cleanUps.push(() => rmSync(folder, { recursive: true, maxRetries: 5 }))
  const data = join(folder, 'data')
  mkdirSync(data)
  const pipes = [join(folder, 'aliases'), join(folder, 'disk')]
  if (disk === 'hangs while it is read') pipes.push(fileOf(data, 'ventas', 'calls'))
  execFileSync('mkfifo', pipes)
  return { data, aliases: pipes[0], pipe: pipes[1] }
}

/** Starts an exporter and waits until everything that is to hang does. @returns the process to be signalled, and the one to wait for */
async function startHanging(disk: Disk, network: Network, asFirstProcess: boolean) {
  const { data, aliases, pipe } = prepareFolder(disk)
  const { asked, url } = await startWolkvox(network === 'answers')
  const argv = [
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
      WOLKVOX_SERVER: '0042',
      WOLKVOX_TOKEN: 'test-token',
      WOLKVOX_OPERATION: 'ventas',
      // glibc reads this file when it looks up a name without a dot, and waits for the pipe without limit.
      HOSTALIASES: aliases,
      HANGING_PIPE: pipe,
      WOLKVOX_BASE_URL: network === 'hangs at the name' ? 'http://wolkvox' : url,
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
  const threads = Number(disk !== 'answers') + Number(network === 'hangs at the name')
  await eventually(
    `${threads} hung threads`,
    async () => (await hungThreads(pid)) === threads || undefined,
    START_MS,
  )
  // A disk that hangs delays the first call by 10 s.
  if (network === 'hangs at the answer') await asked
  if (network === 'answers') await logged('refreshed')
  const metrics = await fetch(/"url":"([^"]+)"/.exec(log)?.[1] ?? '')
  if (metrics.status !== 200) throw new Error(`the metrics answer with ${metrics.status}: ${log}`)
  return { child, pid }
}

async function pidOf({ pid }: ChildProcess, asFirstProcess: boolean): Promise<number> {
  if (!asFirstProcess) return Number(pid)
  return Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
}

/** How many threads of the process wait in the kernel for the other end of a pipe. */
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
  return { code, signal, inTime: performance.now() - from < ENDS_WITHIN_MS }
}

const disks: readonly Disk[] = [
  'answers',
  'hangs while it is read',
  'hangs while it is written',
  'hangs while it is locked',
]
const networks: readonly Network[] = ['answers', 'hangs at the name', 'hangs at the answer']
const places = ['a process', 'the first process of a container']
const cases = places.flatMap((place) =>
  disks.flatMap((disk) => networks.map((network) => [place, disk, network] as const)),
)

describe('SIGTERM ends the exporter within 5 s, with exit code 0', () => {
  const endings = new Map<unknown, Awaited<ReturnType<typeof endBySigterm>>>()

  // All at a time, as each waits for its disk; signalled when all hang, so that starting costs none of them its time.
  beforeAll(async () => {
    const started = await Promise.all(
      cases.map(async (each) => {
        const [place, disk, network] = each
        return [each, await startHanging(disk, network, place !== 'a process')] as const
      }),
    )
    for (let from = 0; from < started.length; from += AT_A_TIME) {
      const ended = started
        .slice(from, from + AT_A_TIME)
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
