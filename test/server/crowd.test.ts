import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp } from '../../src/server/app.ts'

// Either way more than the kernel keeps for a reader.
const TEXT_BYTES = 32_000_000
const STORED = gzipSync(Buffer.alloc(TEXT_BYTES, 'x'), { level: 0 })
const BODY = {
  gzipped: [STORED.subarray(0, STORED.length / 2), STORED.subarray(STORED.length / 2)],
  length: TEXT_BYTES,
}

/** An application on a free port with a large body. @param made resolves when it is there */
async function serve(made: Promise<void> = Promise.resolve()) {
  const app = createApp({
    telemetryPath: '/metrics',
    renderMetrics: async () => {
      await made
      return BODY
    },
    isReady: () => true,
    landingPage: () => ({ version: '', telemetryPath: '/metrics', operations: [] }),
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

/** A connection that asks so many times and reads nothing. */
async function askWithoutReading(port: number, encoding: string, times = 1): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {}) // It may be cut off, as it should be.
  await once(socket, 'connect')
  const request = `GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${encoding}\r\n\r\n`
  socket.pause().write(request.repeat(times))
  return socket
}

/** A reader that has been served, has read no more than the start of its response, and so keeps its place. */
async function holdPlace(port: number, encoding: string): Promise<Socket> {
  // A place is free again only when the server has noticed that its reader has gone away.
  return vi.waitFor(
    async () => {
      const socket = await askWithoutReading(port, encoding)
      const [start] = (await once(socket.resume(), 'data')) as [Buffer]
      socket.pause()
      if (start.toString('latin1', 0, 12) === 'HTTP/1.1 200') return socket
      socket.destroy()
      throw new Error('refused')
    },
    { timeout: 15_000, interval: 20 },
  )
}

const holdPlaces = (port: number, encoding: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => holdPlace(port, encoding)))

/** Asks, and leaves the body alone. */
async function scrape(url: string, encoding: string): Promise<Response> {
  const response = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': encoding } })
  await response.body?.cancel()
  return response
}

async function eventually(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 15_000, interval: 20 })
}

describe('a scraper that asks a thousand times and reads nothing', () => {
  it.each(['gzip', 'identity'])(
    'costs no copy of the body for each, and keeps nobody else waiting: %s',
    async (encoding) => {
      const { port, url } = await serve()
      const before = process.memoryUsage().rss
      await askWithoutReading(port, encoding, 1000)
      await sleep(300)
      expect((await fetch(`${url}/-/healthy`)).status).toBe(200)
      expect((await scrape(url, 'gzip')).status).toBe(200)
      // A thousand copies would be 32 GB.
      expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000)
    },
  )
})

describe('readers of the plain text beyond 64', () => {
  async function serveCrowd() {
    const { port, url } = await serve()
    return { crowd: await holdPlaces(port, 'identity', 64), url }
  }

  it('are told to come again, while those who take gzip are served', async () => {
    const { url } = await serveCrowd()
    const refused = await scrape(url, 'identity')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect(refused.headers.get('content-encoding')).toBeNull()
    expect((await scrape(url, 'gzip')).status).toBe(200)
  })

  it('are served again as soon as another has gone away', async () => {
    const { crowd, url } = await serveCrowd()
    crowd[0]?.destroy()
    await eventually(async () => expect((await scrape(url, 'identity')).status).toBe(200))
  })

  it('are served again as soon as another has read to the end', async () => {
    const { crowd, url } = await serveCrowd()
    crowd[0]?.resume()
    await eventually(async () => expect((await scrape(url, 'identity')).status).toBe(200))
  })
})

describe('places for readers of the plain text', () => {
  it('are given back once each: after a thousand readers there are 64, no more and no less', async () => {
    const { port, url } = await serve()
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => scrape(url, 'identity')))
    }
    const crowd = await holdPlaces(port, 'identity', 64)
    expect((await scrape(url, 'identity')).status).toBe(503)
    for (const socket of crowd.slice(0, 2)) socket.destroy()
    // Two places are free: the third more is refused.
    await holdPlaces(port, 'identity', 2)
    expect((await scrape(url, 'identity')).status).toBe(503)
  })
})

describe('readers of the plain text who go away before it is there', () => {
  it('take nobody’s place', async () => {
    const made = Promise.withResolvers<void>()
    const { app, port, url } = await serve(made.promise)
    const open = () =>
      new Promise<number>((resolve) => app.server.getConnections((_, count) => resolve(count)))
    const crowd = await Promise.all(Array.from({ length: 70 }, () => askWithoutReading(port, 'identity')))
    await eventually(async () => expect(await open()).toBe(70))
    await sleep(100)
    for (const socket of crowd) socket.resetAndDestroy()
    await eventually(async () => expect(await open()).toBe(0))
    made.resolve()
    expect((await scrape(url, 'identity')).status).toBe(200)
  })
})

describe('connections with a response under way beyond 512', () => {
  it('are refused with Retry-After, whatever they ask for, until one before them has gone', async () => {
    const { port, url } = await serve()
    const crowd = await holdPlaces(port, 'gzip', 512)
    const { status, headers } = await scrape(url, 'gzip')
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200)
    crowd[0]?.destroy()
    await eventually(async () => expect((await scrape(url, 'gzip')).status).toBe(200))
  })
})

describe('a connection that asks again and again without waiting', () => {
  it('is refused beyond eight, and has its answers in the order of its questions', async () => {
    const { port } = await serve()
    const socket = await askWithoutReading(port, 'gzip', 0)
    socket.write('HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20))
    let answers = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      answers += text
    })
    socket.resume()
    await eventually(async () => expect(answers.match(/HTTP\/1.1 \d+/g)).toHaveLength(20))
    const statuses = answers.match(/(?<=HTTP\/1.1 )\d+/g)
    expect(statuses).toEqual(Array.from({ length: 20 }, (_, index) => (index < 8 ? '200' : '503')))
  })
})

describe('a scraper that never reads', () => {
  it.each(['gzip', 'identity'])('is cut off after a minute: %s', async (encoding) => {
    const { app, port } = await serve()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const asked = new Promise<IncomingMessage>((resolve) => app.server.once('request', resolve))
    await askWithoutReading(port, encoding)
    const { socket } = await asked
    await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(59_999)
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(1)
    expect(socket.destroyed).toBe(true)
  })
})
