import { Agent, request } from 'undici'
import { type Defer, runProgram } from './setup.ts'

/** A load of wrk. */
export interface Load {
  readonly connections: number
  readonly seconds: number
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>
}

// A body that is rendered for each scrape can take long.
const TIMEOUT = '30s'

// wrk prints these lines only after an error.
const WRK_ERROR = /(?:Socket errors|Non-2xx).*/

const COUNT = /(\d+) requests in ([\d.]+)(m?s|m)/

/** Scrapes as fast as the server responds. @throws if a response is missing or its status is not 2xx */
export async function runWrk(url: string, { connections, seconds, headers = {} }: Load) {
  const parameters = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', TIMEOUT]
  const lines = Object.entries({ 'Accept-Encoding': 'gzip', ...headers }).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ])
  const output = await runProgram('wrk', [...parameters, ...lines, `${url}/metrics`])
  const error = WRK_ERROR.exec(output)
  if (error !== null) throw new Error(`wrk at ${url}: ${error[0]}`)
  const count = COUNT.exec(output)
  if (count === null) throw new Error(`wrk at ${url}: unexpected output: ${output}`)
  const [, requests, time, unit] = count
  const inSeconds = { ms: 0.001, s: 1, m: 60 }[unit ?? ''] ?? Number.NaN
  return { requests: Number(requests), seconds: Number(time) * inSeconds }
}

/** The rate of background scrapes. */
export interface ScrapeRate {
  readonly perSecond: number
  /** Every nth scrape requests plain text. Default: none. */
  readonly plainEvery?: number
}

const CONNECTIONS = 4

// If more scrapes are pending, the server is too slow, and a scraper would not send another request.
const MAX_PENDING = 2 * CONNECTIONS

export interface BackgroundScrapes {
  readonly count: () => number
  /** @throws the first error of a scrape */
  readonly check: () => void
}

/** Scrapes at a steady rate until the work ends. Skips scrapes that would pile up. */
export function startScraping(
  url: string,
  { perSecond, plainEvery }: ScrapeRate,
  defer: Defer,
): BackgroundScrapes {
  const dispatcher = new Agent({ connections: CONNECTIONS })
  let started = 0
  let pending = 0
  let failure: unknown

  async function scrape(): Promise<void> {
    if (pending >= MAX_PENDING) return
    pending += 1
    started += 1
    const encoding = plainEvery !== undefined && started % plainEvery === 0 ? 'identity' : 'gzip'
    try {
      const headers = { 'accept-encoding': encoding }
      const { statusCode, body } = await request(`${url}/metrics`, { dispatcher, headers })
      if (statusCode !== 200) throw new Error(`HTTP status ${statusCode}`)
      for await (const _chunk of body) {
        // Only read the body: the benchmark measures the server.
      }
    } catch (error) {
      failure ??= error
    }
    pending -= 1
  }

  const timer = setInterval(scrape, 1000 / perSecond)
  defer(() => {
    clearInterval(timer)
    return dispatcher.destroy()
  })
  return {
    count: () => started,
    check: () => {
      if (failure !== undefined) throw new Error('a scrape failed', { cause: failure })
    },
  }
}
