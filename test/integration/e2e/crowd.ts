import { Agent, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from '../../support/on-test-finished.ts'

// The headers of Prometheus 2, which accepts gzip.
const HEADERS = {
  accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  'accept-encoding': 'gzip',
}

/** The result of one scrape. */
export interface Scrape {
  /** From the request to the last byte. */
  readonly ms: number
  readonly status: number | undefined
  /** Whether the length matches Content-Length. */
  readonly isComplete: boolean
}

/**
 * Scrapers that each scrape once a second over a separate connection, evenly spread over the second. They count the bytes
 * without decompressing, because they share the CPU with the exporter.
 *
 * @returns all scrapes, and the compressed bodies of one of the scrapers in their order
 */
export async function scrapeEverySecond(url: string, scrapers: number, seconds: number) {
  const bodies: Buffer[] = []
  const start = performance.now()
  const each = await Promise.all(
    Array.from({ length: scrapers }, async (_, index) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      onTestFinished(() => agent.destroy())
      const scrapes: Scrape[] = []
      for (let second = 0; second < seconds; second += 1) {
        await sleep(Math.max(0, start + (second + index / scrapers) * 1000 - performance.now()))
        scrapes.push(await scrape(url, agent, index === 0 ? bodies : undefined))
      }
      return scrapes
    }),
  )
  return { scrapes: each.flat(), bodies }
}

async function scrape(url: string, agent: Agent, bodies?: Buffer[]): Promise<Scrape> {
  const start = performance.now()
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent, headers: HEADERS }, resolve).on('error', reject)
  })
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bodies !== undefined) chunks.push(chunk)
  }
  const ms = performance.now() - start
  bodies?.push(Buffer.concat(chunks))
  return {
    ms,
    status: response.statusCode,
    isComplete: bytes > 0 && response.headers['content-length'] === String(bytes),
  }
}

/** A scraper that reads one byte a second. */
export interface SlowScraper {
  /** Number of bytes read so far. */
  taken(): number
  /** Ends the requests and reads the rest. @returns all received bytes */
  finish(): Promise<Buffer>
}

export function readByteBySecond(url: string): SlowScraper {
  const { hostname, port, pathname } = new URL(url)
  const chunks: Uint8Array[] = []
  let room = 1
  const socket = connect({
    host: hostname,
    port: Number(port),
    onread: {
      // Read one byte. The others stay in the socket buffers or in the exporter.
      buffer: () => Buffer.alloc(room),
      callback(length, bytes) {
        chunks.push(bytes.subarray(0, length))
        if (room === 1) socket.pause()
        return room > 1
      },
    },
  })
  socket.on('error', () => socket.destroy())
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const headers = Object.entries({ host: hostname, ...HEADERS })
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`)
  const timer = setInterval(() => socket.resume(), 1000)
  onTestFinished(() => {
    clearInterval(timer)
    socket.destroy()
  })
  return {
    taken: () => chunks.length,
    async finish() {
      room = 2 ** 16
      socket.end()
      socket.resume()
      await closed
      return Buffer.concat(chunks)
    },
  }
}
