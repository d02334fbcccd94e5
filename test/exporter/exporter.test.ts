import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readdirSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import type { Worker } from 'node:worker_threads'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import type { ListenAddress } from '../../src/config/listen-address.ts'
import type { ConfigSource } from '../../src/config/operation.ts'
import { startExporter } from '../../src/exporter/exporter.ts'
import { ListenError } from '../../src/server/listen.ts'
import { simulatorDefaults, startSimulator } from '../../src/simulator/simulator.ts'
import { fileOf } from '../../src/storage/storage.ts'
import { StorageInUseError } from '../../src/storage/storage-lock.ts'
import { anOperation } from '../../tools/fixtures.ts'
import { freePort } from '../../tools/free-port.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const LOOPBACK: ListenAddress = { host: '127.0.0.1', port: 0 }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((stop) => stop()))
})

async function simulator() {
  const started = await startSimulator({ ...simulatorDefaults, port: 0, agents: 5, token: 'test-token' })
  cleanups.push(() => started.close())
  return started
}

/** A server that accepts requests and never responds. */
async function silentWolkvox() {
  const server = createHttpServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const operationAt = (baseUrl: string) =>
  anOperation({
    server: simulatorDefaults.server,
    baseUrl,
    timeoutMs: 60_000,
    maxResponseBytes: 2 ** 20,
  })

async function start(
  baseUrl: string,
  listenAddresses: readonly ListenAddress[] = [LOOPBACK],
  storagePath = '',
  source?: ConfigSource,
) {
  const logged: Record<string, unknown>[] = []
  const log = pino({ base: null }, { write: (line) => logged.push(JSON.parse(line)) })
  const exporter = await startExporter(
    { operations: [operationAt(baseUrl)], warnings: [], ...(source && { source }) },
    { listenAddresses, telemetryPath: '/metrics', storagePath },
    log,
  )
  cleanups.push(() => exporter.stop())
  return { exporter, logged, url: exporter.urls[0] ?? '' }
}

async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const refused = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
  })
  socket.destroy()
  return refused
}

// Starting a worker takes a while on a busy machine.
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 15_000, interval: 20 })

const statusOf = async (url: string) => (await fetch(url)).status
const textOf = async (url: string) => (await fetch(url)).text()

describe('startExporter', () => {
  it('becomes ready with the first refresh and serves its data', async () => {
    const { url, logged } = await start((await simulator()).url)
    await eventually(async () => expect(await statusOf(`${url}/-/ready`)).toBe(200))
    const metrics = await textOf(`${url}/metrics`)
    expect(metrics).toContain('wolkvox_up{operation="ventas",report="agents"} 1\n')
    expect(metrics).toContain(
      `wolkvox_operation_info{operation="ventas",account="${simulatorDefaults.server}"} 1\n`,
    )
    expect(metrics.match(/^wolkvox_agent_state\{/gm)).toHaveLength(5)
    expect(metrics).toContain('wolkvox_exporter_build_info{')
    expect(await textOf(url)).toMatch(/Up to date.*<dt>Records<\/dt><dd>5</s)
    expect(logged).toEqual([
      expect.objectContaining({ operation: 'ventas', report: 'agents', records: 5, msg: 'refreshed' }),
    ])
  })

  it('is healthy but not ready while the first refresh is in progress, and serves metrics without wolkvox_up', async () => {
    const { url } = await start((await silentWolkvox()).url)
    expect(await statusOf(`${url}/-/healthy`)).toBe(200)
    expect(await statusOf(`${url}/-/ready`)).toBe(503)
    const metrics = await textOf(`${url}/metrics`)
    expect(metrics).not.toMatch(/^wolkvox_up/m)
    expect(metrics).toContain('wolkvox_refreshes_total{operation="ventas",report="agents"} 0\n')
  })

  it('also becomes ready with a failure', async () => {
    const wolkvox = await simulator()
    wolkvox.setFault('invalid_token')
    const { url } = await start(wolkvox.url)
    await eventually(async () => expect(await statusOf(`${url}/-/ready`)).toBe(200))
    expect(await textOf(`${url}/metrics`)).toContain('wolkvox_up{operation="ventas",report="agents"} 0\n')
    expect(await textOf(url)).toContain('<code>invalid_token</code>')
  })

  it('stays ready while an operation that a reload adds has not ended its first call', async () => {
    const [wolkvox, silent] = [await simulator(), await silentWolkvox()]
    const added = once(silent.server, 'request')
    const reloaded = async () => ({
      operations: [
        operationAt(wolkvox.url),
        anOperation({ name: 'soporte', server: '0099', baseUrl: silent.url, timeoutMs: 60_000 }),
      ],
      warnings: [],
    })
    const source = { files: [], readFiles: reloaded, readAll: reloaded }
    const { url, exporter } = await start(wolkvox.url, [LOOPBACK], '', source)
    await eventually(async () => expect(await statusOf(`${url}/-/ready`)).toBe(200))
    expect(await exporter.reload()).toEqual([])
    await added
    expect(await textOf(`${url}/metrics`)).toContain(
      'wolkvox_refreshes_total{operation="soporte",report="agents"} 0\n',
    )
    expect(await statusOf(`${url}/-/ready`)).toBe(200)
  })

  it('shows on the status page that a reload has failed', async () => {
    const fails = () => Promise.reject(new ConfigError(['operations[0].server: missing']))
    const source = { files: [], readFiles: fails, readAll: fails }
    const { url, exporter } = await start((await simulator()).url, [LOOPBACK], '', source)
    expect(await textOf(url)).not.toContain('reloads have failed')
    await exporter.reload()
    // Another page: each one is shared for a second.
    expect(await textOf(`${url}/?operation=ventas`)).toContain('reloads have failed for')
  })

  it('sends one request to wolkvox for any number of scrapes', async () => {
    const wolkvox = await simulator()
    const { url } = await start(wolkvox.url)
    await eventually(async () => expect(await statusOf(`${url}/-/ready`)).toBe(200))
    const scrapes = Array.from({ length: 50 }, (_, index) =>
      textOf(`${url}${['/metrics', '/', '/-/ready', '/-/healthy'][index % 4]}`),
    )
    await Promise.all(scrapes)
    expect(wolkvox.requests).toBe(1)
  })

  it('serves the same data on several addresses', async () => {
    const wolkvox = await simulator()
    const { exporter } = await start(wolkvox.url, [LOOPBACK, { host: undefined, port: 0 }, LOOPBACK])
    const ports = exporter.urls.map((url) => new URL(url).port)
    expect(new Set(ports).size).toBe(3)
    await eventually(async () => {
      const ready = await Promise.all(ports.map((port) => statusOf(`http://127.0.0.1:${port}/-/ready`)))
      expect(ready).toEqual([200, 200, 200])
    })
    const bodies = await Promise.all(ports.map((port) => textOf(`http://127.0.0.1:${port}/metrics`)))
    const up = 'wolkvox_up{operation="ventas",report="agents"} 1\n'
    expect(bodies.every((body) => body.includes(up))).toBe(true)
    expect(wolkvox.requests).toBe(1)
  })

  it('stops everything and sends no request if it cannot listen on one of its addresses', async () => {
    const wolkvox = await simulator()
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    cleanups.push(() => taken.close())
    const free = { host: '127.0.0.1', port: await freePort() }
    const occupied = { host: '127.0.0.1', port: (taken.address() as AddressInfo).port }
    for (const addresses of [
      [free, occupied],
      [occupied, free],
    ]) {
      await expect(start(wolkvox.url, addresses)).rejects.toThrow(ListenError)
      expect(await isRefused(free.port)).toBe(true)
    }
    expect(wolkvox.requests).toBe(0)
  })
})

describe('a storage', () => {
  it('that another exporter uses stops this one before any request', async () => {
    const wolkvox = await simulator()
    const folder = temporaryFolder()
    const first = await start(wolkvox.url, [LOOPBACK], folder)
    await eventually(async () => expect(await statusOf(`${first.url}/-/ready`)).toBe(200))
    // The start waits for the lock, but only for a second.
    const second = start(wolkvox.url, [LOOPBACK], folder).then(({ exporter }) => exporter.failed)
    await expect(second).rejects.toThrow(StorageInUseError)
    expect(wolkvox.requests).toBe(1)
  })

  it('serves several exporters at the same time if they have different accounts, as shards do', async () => {
    const folder = temporaryFolder()
    const one = await start((await simulator()).url, [LOOPBACK], folder)
    const other = await start((await simulator()).url, [LOOPBACK], folder)
    for (const { url } of [one, other]) {
      await eventually(async () =>
        expect(await textOf(`${url}/metrics`)).toContain(
          'wolkvox_up{operation="ventas",report="agents"} 1\n',
        ),
      )
      expect(await textOf(`${url}/metrics`)).toContain(
        'wolkvox_storage_failures_total{operation="ventas"} 0\n',
      )
    }
    await Promise.all([one.exporter.stop(), other.exporter.stop()])
    const stored = readdirSync(folder).map((name) => name.split('.').at(-1))
    expect(stored.filter((kind) => kind === 'snapshot')).toHaveLength(2)
    expect(stored.filter((kind) => kind === 'account')).toHaveLength(2)
  })

  // Windows has no named pipes in folders.
  it.skipIf(process.platform === 'win32')('that hangs does not delay scrapes or shutdown', async () => {
    const wolkvox = await simulator()
    const folder = temporaryFolder()
    const pipe = fileOf(folder, `${simulatorDefaults.server}@${wolkvox.url}`, 'account')
    execFileSync('mkfifo', [pipe])
    // Reading the pipe hangs until something is written.
    const release = () => closeSync(openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK))
    const { exporter, url, logged } = await start(wolkvox.url, [LOOPBACK], folder)
    expect(await textOf(`${url}/metrics`)).toContain('wolkvox_exporter_build_info{')
    expect(await statusOf(`${url}/-/ready`)).toBe(503)
    const stopped = exporter.stop()
    const releasing = setInterval(release, 50)
    await stopped
    clearInterval(releasing)
    expect(wolkvox.requests).toBe(0)
    expect(logged).not.toContainEqual(expect.objectContaining({ msg: 'refreshed' }))
  })
})

describe('stop', () => {
  it('aborts a fetch in flight and logs no failure', async () => {
    const { server, url } = await silentWolkvox()
    const called = once(server, 'request')
    const { exporter, logged } = await start(url)
    const [request] = await called
    const aborted = once(request.socket, 'close')
    await exporter.stop()
    await aborted
    expect(logged).toEqual([])
  })

  it('ends all worker threads', async () => {
    const threads = new Set<Worker>()
    const onWorker = (worker: Worker) => {
      threads.add(worker)
      worker.once('exit', () => threads.delete(worker))
    }
    process.on('worker', onWorker)
    cleanups.push(() => process.off('worker', onWorker))
    const { exporter, url } = await start((await simulator()).url)
    await eventually(async () => expect(await statusOf(`${url}/-/ready`)).toBe(200))
    expect(threads.size).toBeGreaterThan(0)
    await exporter.stop()
    expect(threads.size).toBe(0)
  })

  it('frees the port', async () => {
    const { exporter, url } = await start((await simulator()).url)
    expect(await isRefused(Number(new URL(url).port))).toBe(false)
    await exporter.stop()
    expect(await isRefused(Number(new URL(url).port))).toBe(true)
  })

  it('does not wait for an idle connection', async () => {
    const { exporter, url } = await start((await simulator()).url)
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    cleanups.push(() => socket.destroy())
    socket.write('GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'data')
    const closed = once(socket, 'close')
    await exporter.stop()
    await closed
  })
})
