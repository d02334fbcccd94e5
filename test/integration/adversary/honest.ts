import { Agent, get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps, Agent as TlsAgent } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'

/** Scrapes as Prometheus does, from 127.0.0.1. */
export interface HonestScrapes {
  /** Milliseconds of each scrape that succeeded, from the request to the last byte. */
  readonly ms: readonly number[]
  /** What went wrong with the others. */
  readonly failures: readonly string[]
}

const INTERVAL_MS = 100
// Two keep their connections, as Prometheus does; the third connects for each scrape, as after a restart.
const SCRAPERS = [true, true, false]
const TIMEOUT_MS = 5000

/** Scrapes until told to stop. */
export function scrapeHonestly(url: string, headers: Readonly<Record<string, string>>) {
  let isStopped = false
  const ms: number[] = []
  const failures: string[] = []

  async function run(keepAlive: boolean): Promise<void> {
    const options = { keepAlive, maxSockets: 1 }
    const agent = url.startsWith('https:')
      ? new TlsAgent({ ...options, rejectUnauthorized: false })
      : new Agent(options)
    while (!isStopped) {
      const from = performance.now()
      try {
        await scrape(`${url}/metrics`, agent, headers)
        ms.push(performance.now() - from)
      } catch (error) {
        failures.push(String(error))
      }
      await sleep(INTERVAL_MS)
    }
    agent.destroy()
  }

  const running = SCRAPERS.map(run)
  return {
    async stop(): Promise<HonestScrapes> {
      isStopped = true
      await Promise.all(running)
      return { ms, failures }
    },
  }
}

async function scrape(url: string, agent: Agent, headers: Readonly<Record<string, string>>): Promise<void> {
  const get = url.startsWith('https:') ? getHttps : getHttp
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent, signal, headers: { 'accept-encoding': 'gzip', ...headers } }, resolve).on(
      'error',
      reject,
    )
  })
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.length
  if (response.statusCode !== 200) throw new Error(`HTTP status ${response.statusCode}`)
  if (bytes === 0 || String(bytes) !== response.headers['content-length']) throw new Error('incomplete')
}

/** The value that 99 of 100 are at most. */
export function p99(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN
}
