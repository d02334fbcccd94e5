import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { getMetrics } from '../serve-process.ts'

// An exporter that does not answer at all must not end the soak without a word.
const GIVE_UP_MS = 10_000

/** A way to ask for the metrics, and what then has to come. */
export interface Kind {
  readonly accept: string
  readonly encoding: 'gzip' | 'identity'
}

const TEXT = 'text/plain'
const OPENMETRICS = 'application/openmetrics-text'

export const plain: Kind = { accept: TEXT, encoding: 'identity' }

export const kinds: readonly Kind[] = [
  plain,
  { accept: TEXT, encoding: 'gzip' },
  { accept: OPENMETRICS, encoding: 'identity' },
]

const decompress = promisify(gunzip)

/** @throws when the answer is not a whole one with status 200, of the kind that was asked for */
export async function scrape(url: string, { accept, encoding }: Kind) {
  const startedAt = performance.now()
  const { headers, bytes } = await getMetrics(url, {
    headers: { accept, 'accept-encoding': encoding },
    signal: AbortSignal.timeout(GIVE_UP_MS),
  })
  const tookMs = performance.now() - startedAt
  const type = String(headers['content-type'])
  const came = String(headers['content-encoding'] ?? 'identity')
  if (!type.startsWith(accept) || came !== encoding) {
    throw new Error(`${type}, ${came} came instead of ${accept}, ${encoding}`)
  }
  const text = (encoding === 'gzip' ? await decompress(bytes) : bytes).toString()
  if (accept === OPENMETRICS && !text.endsWith('\n# EOF\n')) throw new Error('the page does not end')
  return { text, tookMs }
}
