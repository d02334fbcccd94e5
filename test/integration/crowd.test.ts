import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { createApp } from '../../src/server/app.ts'
import { onTestFinished } from '../support/on-test-finished.ts'

// With and without gzip, more than the socket buffers of the kernel.
const TEXT_BYTES = 32_000_000
const STORED = gzipSync(Buffer.alloc(TEXT_BYTES, 'x'), { level: 0 })
const BODY = {
  gzipped: [STORED.subarray(0, STORED.length / 2), STORED.subarray(STORED.length / 2)],
  gzippedLength: STORED.length,
  length: TEXT_BYTES,
}

/** An application on a free port with a large body. @param made resolves when the body is ready */
async function serve(made: Promise<void> = Promise.resolve()) {
  const app = createApp({
    telemetryPath: '/metrics',
    renderMetrics: async () => {
      await made
      return BODY
    },
    isReady: () => true,
    operations: () => [],
    statusPage: async () => undefined,
    log: pino({ level: 'silent' }),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    app.server.closeAllConnections()
    await app.close()
  })
  const { port } = app.server.address() as { port: number }
  return { app, port, url: `http://127.0.0.1:${port}` }
}

/** A connection that sends requests and reads nothing. */
async function requestWithoutReading(port: number, encoding: string, times = 1): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {}) // The server may close it.
  await once(socket, 'connect')
  const request = `GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\n\r\n`
  socket.pause().write(request.repeat(times))
  return socket
}

/** A reader that has read only the start of its response, so it occupies a slot. */
async function occupySlot(port: number, encoding: string): Promise<Socket> {
  // A slot is free again only after the server has noticed that its reader has disconnected.
  return vi.waitFor(
    async () => {
      const socket = await requestWithoutReading(port, encoding)
      const [start] = (await once(socket.resume(), 'data')) as [Buffer]
      socket.pause()
      if (start.toString('latin1', 0, 12) === 'HTTP/1.1 200') return socket
      socket.destroy()
      throw new Error('rejected')
    },
    { timeout: 15_000, interval: 20 },
  )
}

const occupySlots = (port: number, encoding: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => occupySlot(port, encoding)))

/** Requests the metrics without reading the body. */
async function scrape(url: string, encoding: string): Promise<Response> {
  const response = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': encoding } })
  await response.body?.cancel()
  return response
}

/** Requests the metrics from an address, without reading the body. @returns the status */
async function statusFrom(localAddress: string, url: string, encoding: string): Promise<number | undefined> {
  const headers = { 'accept-encoding': encoding }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}/metrics`, { localAddress, headers, agent: false }, resolve).on('error', reject)
  })
  response.destroy()
  return response.statusCode
}

async function eventually(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 15_000, interval: 20 })
}

describe('a scraper that sends a thousand requests and reads nothing', () => {
  it.each(['gzip', 'identity'])(
    'causes no copies of the body, and does not delay others: %s',
    async (encoding) => {
      const { port, url } = await serve()
      const before = process.memoryUsage().rss
      await requestWithoutReading(port, encoding, 1000)
      await sleep(300)
      expect((await fetch(`${url}/-/healthy`)).status).toBe(200)
      expect((await scrape(url, 'gzip')).status).toBe(200)
      // A thousand copies would be 32 GB.
      expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000)
    },
  )
})

describe('more than 64 readers of the plain text', () => {
  async function serveCrowd() {
    const { port, url } = await serve()
    return { crowd: await occupySlots(port, 'identity', 64), url }
  }

  it('get Retry-After, while readers of gzip are served', async () => {
    const { url } = await serveCrowd()
    const rejected = await scrape(url, 'identity')
    expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([503, '5'])
    expect(rejected.headers.get('content-encoding')).toBeNull()
    expect((await scrape(url, 'gzip')).status).toBe(200)
  })

  it('do not keep out a client at another address: it displaces the oldest', async () => {
    const { crowd, url } = await serveCrowd()
    const displaced = once(crowd[0]?.resume() as Socket, 'close')
    expect(await statusFrom('127.0.0.2', url, 'identity')).toBe(200)
    await displaced
  })

  it('are served again as soon as another has disconnected', async () => {
    const { crowd, url } = await serveCrowd()
    crowd[0]?.destroy()
    await eventually(async () => expect((await scrape(url, 'identity')).status).toBe(200))
  })

  it('are served again as soon as another has finished', async () => {
    const { crowd, url } = await serveCrowd()
    crowd[0]?.resume()
    await eventually(async () => expect((await scrape(url, 'identity')).status).toBe(200))
  })
})

describe('slots for readers of the plain text', () => {
  it('are released exactly once: after a thousand readers there are still 64', async () => {
    const { port, url } = await serve()
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => scrape(url, 'identity')))
    }
    const crowd = await occupySlots(port, 'identity', 64)
    expect((await scrape(url, 'identity')).status).toBe(503)
    for (const socket of crowd.slice(0, 2)) socket.destroy()
    // Two slots are free, so the third request is rejected.
    await occupySlots(port, 'identity', 2)
    expect((await scrape(url, 'identity')).status).toBe(503)
  })
})

describe('readers of the plain text that disconnect before it is ready', () => {
  it('occupy no slots', async () => {
    const made = Promise.withResolvers<void>()
    const { app, port, url } = await serve(made.promise)
    const open = () =>
      new Promise<number>((resolve) => app.server.getConnections((_, count) => resolve(count)))
    const crowd = await Promise.all(Array.from({ length: 70 }, () => requestWithoutReading(port, 'identity')))
    await eventually(async () => expect(await open()).toBe(70))
    await sleep(100)
    for (const socket of crowd) socket.resetAndDestroy()
    await eventually(async () => expect(await open()).toBe(0))
    made.resolve()
    expect((await scrape(url, 'identity')).status).toBe(200)
  })
})

describe('more than 512 connections with a response in flight', () => {
  it('are rejected with Retry-After until another has disconnected, except those of other clients', async () => {
    const { port, url } = await serve()
    const crowd = await occupySlots(port, 'gzip', 512)
    const { status, headers } = await scrape(url, 'gzip')
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200)
    // A client at another address displaces the oldest.
    const displaced = once(crowd[0]?.resume() as Socket, 'close')
    expect(await statusFrom('127.0.0.2', url, 'gzip')).toBe(200)
    await displaced
    crowd[1]?.destroy()
    await eventually(async () => expect((await scrape(url, 'gzip')).status).toBe(200))
  })
})

describe('a connection with pipelined requests', () => {
  it('is rejected and closed above eight, with responses in the order of the requests', async () => {
    const { port } = await serve()
    const socket = await requestWithoutReading(port, 'gzip', 0)
    socket.write('HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20))
    let received = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text
    })
    socket.resume()
    await once(socket, 'close')
    const statuses = received.match(/(?<=HTTP\/1.1 )\d+/g)
    expect(statuses).toEqual([...Array.from({ length: 8 }, () => '200'), '503'])
  })
})

describe('a scraper that never reads', () => {
  it.each(['gzip', 'identity'])('is disconnected after a minute: %s', async (encoding) => {
    const { app, port } = await serve()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const requested = new Promise<IncomingMessage>((resolve) => app.server.once('request', resolve))
    await requestWithoutReading(port, encoding)
    const { socket } = await requested
    await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(59_999)
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(1)
    expect(socket.destroyed).toBe(true)
  })
})
