import { Agent, request } from 'undici'
import type { Defer } from './cleanup.ts'

/** How it is scraped in the background. */
export interface ScrapeRhythm {
  readonly perSecond: number
  /** Every so many scrapes one asks for plain text; none unless given. */
  readonly plainEvery?: number
}

const CONNECTIONS = 4

// More than one waiting for each connection: the server does not keep up, and a scraper would not ask again.
const MOST_WAITING = 2 * CONNECTIONS

export interface Scraping {
  readonly scrapes: () => number
  /** @throws the first error that there was */
  readonly check: () => void
}

/** Scrapes at a steady rate until the work ends; what would pile up is left out. */
export function startScraping(url: string, { perSecond, plainEvery }: ScrapeRhythm, defer: Defer): Scraping {
  const dispatcher = new Agent({ connections: CONNECTIONS })
  let started = 0
  let waiting = 0
  let failure: unknown

  async function scrape(): Promise<void> {
    if (waiting >= MOST_WAITING) return
    waiting += 1
    started += 1
    const encoding = plainEvery !== undefined && started % plainEvery === 0 ? 'identity' : 'gzip'
    try {
      const headers = { 'accept-encoding': encoding }
      const { statusCode, body } = await request(`${url}/metrics`, { dispatcher, headers })
      if (statusCode !== 200) throw new Error(`HTTP status ${statusCode}`)
      for await (const _chunk of body) {
        // Read, and nothing else: what is measured is the other side.
      }
    } catch (error) {
      failure ??= error
    }
    waiting -= 1
  }

  const timer = setInterval(scrape, 1000 / perSecond)
  defer(() => {
    clearInterval(timer)
    return dispatcher.destroy()
  })
  return {
    scrapes: () => started,
    check: () => {
      if (failure !== undefined) throw new Error('a scrape failed', { cause: failure })
    },
  }
}
