import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type ParsedSample, parseExposition } from '../../tools/parse-exposition.ts'
import { SLOW_RESPONSE_MS } from '../faulty-wolkvox.ts'
import { getMetrics } from '../serve-process.ts'

export const INTERVAL_MS = 1000

// Long enough that a slow response is not a failure.
export const TIMEOUT_MS = 2 * SLOW_RESPONSE_MS

/** The environment of the exporter. */
export function settingsFor(url: string) {
  return {
    WOLKVOX_BASE_URL: url,
    WOLKVOX_SERVER: '0000',
    WOLKVOX_TOKEN: 'soak-token',
    WOLKVOX_REFRESH_INTERVAL: `${INTERVAL_MS / 1000}s`,
    WOLKVOX_TIMEOUT: `${TIMEOUT_MS / 1000}s`,
    // A million calls a day, so that the quota does not stop the refreshes.
    WOLKVOX_LICENSES: '1000',
  }
}

// An exporter that does not respond must be reported, not block the soak.
const SCRAPE_TIMEOUT_MS = 10_000

/** A format and an encoding to request. */
export interface ScrapeKind {
  readonly accept: string
  readonly encoding: 'gzip' | 'identity'
}

const TEXT = 'text/plain'
const OPENMETRICS = 'application/openmetrics-text'

export const plain: ScrapeKind = { accept: TEXT, encoding: 'identity' }

export const kinds: readonly ScrapeKind[] = [
  plain,
  { accept: TEXT, encoding: 'gzip' },
  { accept: OPENMETRICS, encoding: 'identity' },
]

const decompress = promisify(gunzip)

/** @throws if the response is incomplete, its status is not 200, or its format or encoding is wrong */
export async function scrape(url: string, { accept, encoding }: ScrapeKind) {
  const startedAt = performance.now()
  const { headers, bytes } = await getMetrics(url, {
    headers: { accept, 'accept-encoding': encoding },
    signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS),
  })
  const tookMs = performance.now() - startedAt
  const type = String(headers['content-type'])
  const contentEncoding = String(headers['content-encoding'] ?? 'identity')
  if (!type.startsWith(accept) || contentEncoding !== encoding) {
    throw new Error(`received ${type}, ${contentEncoding} instead of ${accept}, ${encoding}`)
  }
  const text = (encoding === 'gzip' ? await decompress(bytes) : bytes).toString()
  if (accept === OPENMETRICS && !text.endsWith('\n# EOF\n')) throw new Error('the body has no # EOF line')
  return { text, tookMs }
}

/** The values of one scrape. */
export interface SoakSample {
  readonly tookMs: number
  /** Values by series. */
  readonly values: ReadonlyMap<string, number>
}

// Not the agents: parsing them every second would be too slow.
const CHECKED =
  /^(?:process|nodejs_active|wolkvox_(?:records|refresh|api|account|storage))\w*(?:\{.*\})? \S+$/gm
const AGENT = /^wolkvox_agent_state\{/gm

export function readValues(text: string, violation: (text: string) => void): ReadonlyMap<string, number> {
  const samples = parseExposition(`${(text.match(CHECKED) ?? []).join('\n')}\n`)
  const values = new Map(samples.map((sample) => [seriesOf(sample), sample.value]))
  const agents = text.match(AGENT)?.length ?? 0
  const records = values.get('wolkvox_records')
  // Several faults in a row can make the data stale; then there are no agents.
  if (agents !== 0 && agents !== records) violation(`a body has ${agents} agents for ${records} records`)
  return values
}

/** Without the labels of which there is only one value. */
function seriesOf({ name, labels }: ParsedSample): string {
  const { operation: _operation, report: _report, account: _account, ...further } = labels
  return [name, ...Object.values(further)].join(' ')
}
