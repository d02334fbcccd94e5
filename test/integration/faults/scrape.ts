import { setTimeout as sleep } from 'node:timers/promises'

/** One response of `/metrics`. */
export interface Scrape {
  readonly status: number
  /** From the request to the last byte. */
  readonly ms: number
  readonly text: string
}

// 60,000 agents with typical names need 112 MB.
const MAX_BYTES = 256 * 2 ** 20

/** Scrapes an exporter once. */
export async function scrape(url: string): Promise<Scrape> {
  const startedAt = performance.now()
  const response = await fetch(`${url}/metrics`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`the metrics are larger than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  const ms = performance.now() - startedAt
  return { status: response.status, ms, text: Buffer.concat(chunks).toString() }
}

/**
 * Scrapes repeatedly until the metrics match.
 *
 * @param scrapes receives every scrape
 * @throws if they do not match before the timeout
 */
export async function scrapeUntil(
  url: string,
  what: string,
  matches: (scrape: Scrape) => boolean,
  {
    scrapes = [],
    everyMs = 100,
    timeoutMs = 20_000,
  }: { scrapes?: Scrape[]; everyMs?: number; timeoutMs?: number } = {},
): Promise<Scrape> {
  for (const startedAt = performance.now(); ; await sleep(everyMs)) {
    const current = await scrape(url)
    scrapes.push(current)
    if (matches(current)) return current
    if (performance.now() - startedAt > timeoutMs) {
      throw new Error(`no ${what} within ${timeoutMs / 1000} s:\n${statusLines(current)}`)
    }
  }
}

const statusLines = ({ text }: Scrape) => text.match(/^wolkvox_(?!agent|exporter).*$/gm)?.join('\n') ?? text

/** The labels of a sample about an operation, a report of it, or an account. */
const SUBJECT = '(?:operation="[^"]*"(?:,report="[^"]*")?|account="[^"]*")'

/** The value of a sample that has no label beyond its operation, report or account; `NaN` if there is none. */
export function sampleOf({ text }: Scrape, name: string): number {
  return Number(new RegExp(`^${name}\\{${SUBJECT}\\} (\\S+)$`, 'm').exec(text)?.[1])
}

/** The values of a family with one more label, by that label. */
function samplesBy({ text }: Scrape, name: string): Record<string, number> {
  const samples = text.matchAll(new RegExp(`^${name}\\{${SUBJECT},\\w+="([^"]*)"\\} (\\S+)$`, 'gm'))
  return Object.fromEntries([...samples].map(([, label, value]) => [label, Number(value)]))
}

/** By how much each value has grown. Values that have not grown are left out. */
export function growth(before: Scrape, after: Scrape, name: string): Record<string, number> {
  const earlier = samplesBy(before, name)
  const grown = Object.entries(samplesBy(after, name)).map(
    ([label, value]) => [label, value - (earlier[label] ?? 0)] as const,
  )
  return Object.fromEntries(grown.filter(([, by]) => by !== 0))
}

/** All lines about agents. */
export function agentLines({ text }: Scrape): string {
  return text.match(/^wolkvox_agent.*$/gm)?.join('\n') ?? ''
}
