import Negotiator from 'negotiator'
import type { Format } from '../exposition/format.ts'

const FORMATS: readonly (readonly [string, Format])[] = [
  ['text/plain;version=0.0.4', 'text'],
  ['application/openmetrics-text;version=1.0.0', 'openmetrics'],
]

/** A request's headers, names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

// Parameters that do not choose between the formats: Prometheus 3 sends `escaping`, and every text here is UTF-8.
const BESIDE_THE_POINT = /;\s*(?:escaping|charset)\s*=\s*("[^"]*"|[^;,]*)/gi

/**
 * The format that the `Accept` header likes best; text 0.0.4 when it names neither, is missing or cannot be read.
 *
 * @see https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export function formatFor(headers: Headers): Format {
  const accept =
    headers.accept === undefined ? {} : { accept: String(headers.accept).replace(BESIDE_THE_POINT, '') }
  const [best] = new Negotiator({ headers: accept }).mediaTypes(FORMATS.map(([type]) => type))
  return FORMATS.find(([type]) => type === best)?.[1] ?? 'text'
}

/** Whether the client takes gzip, by its `Accept-Encoding` header. */
export function acceptsGzip(headers: Headers): boolean {
  return new Negotiator({ headers: { ...headers } }).encodings(['gzip', 'identity'])[0] === 'gzip'
}
