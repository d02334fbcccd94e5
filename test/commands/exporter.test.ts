import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startExporter } from '../../src/commands/exporter.ts'
import type { ListenAddress } from '../../src/config/listen-address.ts'
import type { Operation } from '../../src/config/operation.ts'
import { Secret } from '../../src/config/secret.ts'
import { ListenError } from '../../src/server/listen-error.ts'
import { simulatorDefaults, startSimulator } from '../../src/simulator/simulator.ts'
import { freePort } from '../support/programs/server.ts'

const LOOPBACK: ListenAddress = { host: '127.0.0.1', port: 0 }

const toStop: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(toStop.splice(0).map((stop) => stop()))
})

async function simulator() {
  const started = await startSimulator({ ...simulatorDefaults, port: 0, agents: 5, token: 'test-token' })
  toStop.push(() => started.close())
  return started
}

/** A wolkvox that takes calls and never answers. */
async function silence() {
  const server = createHttpServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  toStop.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function start(baseUrl: string, listenAddresses: readonly ListenAddress[] = [LOOPBACK]) {
  const logged: Record<string, unknown>[] = []
  const log = pino({ base: null }, { write: (line) => logged.push(JSON.parse(line)) })
  const operation: Operation = {
    name: 'ventas',
    server: simulatorDefaults.server,
    token: new Secret('test-token'),
    baseUrl,
    licenses: undefined,
    timeZone: 'America/Bogota',
    refreshIntervalMs: 300_000,
    timeoutMs: 60_000,
    staleAfterMs: 900_000,
    maxResponseBytes: 2 ** 20,
    agentName: 'plain',
  }
  const exporter = await startExporter(
    { operations: [operation], warnings: [] },
    { listenAddresses, telemetryPath: '/metrics', storagePath: '' },
    log,
  )
  toStop.push(() => exporter.stop())
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
  it('becomes ready with the first refresh and serves what that brought', async () => {
    const { url, logged } = await start((await simulator()).url)
    await eventually(async () => expect(await statusOf(`${url}/-/ready`)).toBe(200))
    const metrics = await textOf(`${url}/metrics`)
    expect(metrics).toContain('wolkvox_up{operation="ventas"} 1\n')
    expect(metrics.match(/^wolkvox_agent_state\{/gm)).toHaveLength(5)
    expect(metrics).toContain('wolkvox_exporter_build_info{')
    expect(await textOf(url)).toContain('5 agents')
    expect(logged).toEqual([expect.objectContaining({ operation: 'ventas', records: 5, msg: 'refreshed' })])
  })

  it('is healthy yet not ready while the first refresh is under way, and serves metrics without wolkvox_up', async () => {
    const { url } = await start((await silence()).url)
    expect(await statusOf(`${url}/-/healthy`)).toBe(200)
    expect(await statusOf(`${url}/-/ready`)).toBe(503)
    const metrics = await textOf(`${url}/metrics`)
    expect(metrics).not.toMatch(/^wolkvox_up/m)
    expect(metrics).toContain('wolkvox_refreshes_total{operation="ventas"} 0\n')
  })

  it('becomes ready with a failure too', async () => {
    const wolkvox = await simulator()
    wolkvox.setFault('invalid_token')
    const { url } = await start(wolkvox.url)
    await eventually(async () => expect(await statusOf(`${url}/-/ready`)).toBe(200))
    expect(await textOf(`${url}/metrics`)).toContain('wolkvox_up{operation="ventas"} 0\n')
    expect(await textOf(url)).toContain('failed (invalid_token)')
  })

  it('calls wolkvox once, however many scrape', async () => {
    const wolkvox = await simulator()
    const { url } = await start(wolkvox.url)
    await eventually(async () => expect(await statusOf(`${url}/-/ready`)).toBe(200))
    const scrapes = Array.from({ length: 50 }, (_, index) =>
      textOf(`${url}${['/metrics', '/', '/-/ready', '/-/healthy'][index % 4]}`),
    )
    await Promise.all(scrapes)
    expect(wolkvox.requests).toBe(1)
  })

  it('serves the same on several addresses', async () => {
    const wolkvox = await simulator()
    const { exporter } = await start(wolkvox.url, [LOOPBACK, { host: undefined, port: 0 }, LOOPBACK])
    const ports = exporter.urls.map((url) => new URL(url).port)
    expect(new Set(ports).size).toBe(3)
    await eventually(async () => {
      const ready = await Promise.all(ports.map((port) => statusOf(`http://127.0.0.1:${port}/-/ready`)))
      expect(ready).toEqual([200, 200, 200])
    })
    const pages = await Promise.all(ports.map((port) => textOf(`http://127.0.0.1:${port}/metrics`)))
    expect(pages.every((page) => page.includes('wolkvox_up{operation="ventas"} 1\n'))).toBe(true)
    expect(wolkvox.requests).toBe(1)
  })

  it('leaves nothing running and calls nobody when one of its addresses cannot be had', async () => {
    const wolkvox = await simulator()
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    toStop.push(() => taken.close())
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

describe('stop', () => {
  it('aborts a fetch under way, without a word of failure', async () => {
    const { server, url } = await silence()
    const called = once(server, 'request')
    const { exporter, logged } = await start(url)
    const [request] = await called
    const aborted = once(request.socket, 'close')
    await exporter.stop()
    await aborted
    expect(logged).toEqual([])
  })

  it('ends the worker thread', async () => {
    const exits: number[] = []
    process.once('worker', (worker) => worker.once('exit', (code) => exits.push(code)))
    const { exporter, url } = await start((await simulator()).url)
    await eventually(async () => expect(await statusOf(`${url}/-/ready`)).toBe(200))
    await exporter.stop()
    expect(exits).toEqual([1])
  })

  it('frees the port', async () => {
    const { exporter, url } = await start((await simulator()).url)
    expect(await isRefused(Number(new URL(url).port))).toBe(false)
    await exporter.stop()
    expect(await isRefused(Number(new URL(url).port))).toBe(true)
  })

  it('does not wait for a connection that nobody uses', async () => {
    const { exporter, url } = await start((await simulator()).url)
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    toStop.push(() => socket.destroy())
    socket.write('GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'data')
    const closed = once(socket, 'close')
    await exporter.stop()
    await closed
  })
})
