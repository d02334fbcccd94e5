import { setTimeout as sleep } from 'node:timers/promises'

/** One look at `/metrics`, as Prometheus takes it. */
export interface Look {
  readonly status: number
  /** From the request to the last byte. */
  readonly ms: number
  readonly text: string
}

// 60,000 agents with names as people have them make 112 MB.
const MAX_PAGE_BYTES = 256 * 2 ** 20

/** Reads the page. */
export async function look(url: string): Promise<Look> {
  const startedAt = performance.now()
  const response = await fetch(`${url}/metrics`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_PAGE_BYTES) throw new Error(`the page is larger than ${MAX_PAGE_BYTES} bytes`)
    chunks.push(chunk)
  }
  const ms = performance.now() - startedAt
  return { status: response.status, ms, text: Buffer.concat(chunks).toString() }
}

/**
 * Looks again and again until the page shows it; fails loudly when it never does.
 *
 * @param looks takes every look on the way
 */
export async function lookUntil(
  url: string,
  what: string,
  shows: (look: Look) => boolean,
  {
    looks = [],
    everyMs = 100,
    patienceMs = 20_000,
  }: { looks?: Look[]; everyMs?: number; patienceMs?: number } = {},
): Promise<Look> {
  for (const startedAt = performance.now(); ; await sleep(everyMs)) {
    const taken = await look(url)
    looks.push(taken)
    if (shows(taken)) return taken
    if (performance.now() - startedAt > patienceMs) {
      throw new Error(`in ${patienceMs / 1000} s there was no ${what}:\n${aboutTheOperation(taken)}`)
    }
  }
}

const aboutTheOperation = ({ text }: Look) =>
  text.match(/^wolkvox_(?!agent|exporter).*$/gm)?.join('\n') ?? text

/** The value of a sample that has no label but the operation's; `NaN` where it is not there. */
export function sampleOf({ text }: Look, name: string): number {
  return Number(new RegExp(`^${name}\\{operation="[^"]*"\\} (\\S+)$`, 'm').exec(text)?.[1])
}

/** The values of a family with one more label, by that label. */
export function samplesBy({ text }: Look, name: string): Record<string, number> {
  const samples = text.matchAll(new RegExp(`^${name}\\{operation="[^"]*",\\w+="([^"]*)"\\} (\\S+)$`, 'gm'))
  return Object.fromEntries([...samples].map(([, label, value]) => [label, Number(value)]))
}

/** How much each value has grown, where it has. */
export function growth(before: Look, after: Look, name: string): Record<string, number> {
  const earlier = samplesBy(before, name)
  const grown = Object.entries(samplesBy(after, name)).map(
    ([label, value]) => [label, value - (earlier[label] ?? 0)] as const,
  )
  return Object.fromEntries(grown.filter(([, by]) => by !== 0))
}

/** Everything on the page that is about agents. */
export function agentLines({ text }: Look): string {
  return text.match(/^wolkvox_agent.*$/gm)?.join('\n') ?? ''
}
