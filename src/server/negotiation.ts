import Negotiator from 'negotiator'
import type { Format } from '../model/family.ts'

const FORMATS: readonly (readonly [string, Format])[] = [
  ['text/plain;version=0.0.4', 'text'],
  ['application/openmetrics-text;version=1.0.0', 'openmetrics'],
]

// Parameters that do not choose between the formats: Prometheus 3 sends `escaping`, and every text here is UTF-8.
const IGNORED_PARAMETERS = /;\s*(?:escaping|charset)\s*=\s*("[^"]*"|[^;,]*)/gi

/**
 * The format that the `Accept` header prefers; text 0.0.4 if it names neither, is missing or cannot be parsed.
 *
 * @see https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export const formatFor = memoizeByHeader('accept', (accept): Format => {
  const headers = accept === undefined ? {} : { accept: accept.replace(IGNORED_PARAMETERS, '') }
  const [best] = new Negotiator({ headers }).mediaTypes(FORMATS.map(([type]) => type))
  return FORMATS.find(([type]) => type === best)?.[1] ?? 'text'
})

/** Whether the client accepts gzip, by its `Accept-Encoding` header. */
export const acceptsGzip = memoizeByHeader('accept-encoding', (encodings) => {
  const headers = encodings === undefined ? {} : { 'accept-encoding': encodings }
  return new Negotiator({ headers }).encodings(['gzip', 'identity'])[0] === 'gzip'
})

/** The headers of a request, names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

// There are few kinds of scrapers, and each always sends the same header.
const MAX_MEMOIZED = 16
const MAX_MEMOIZED_LENGTH = 1024

/**
 * Remembers the decision for a header's value. The memory is bounded: only the first few values, and no long ones.
 *
 * @param name of the header, in lower case
 */
export function memoizeByHeader<T>(
  name: string,
  decide: (value: string | undefined) => T,
): (headers: Headers) => T {
  const decided = new Map<string | undefined, T>()
  return (headers) => {
    const value = headers[name] === undefined ? undefined : String(headers[name])
    const known = decided.get(value)
    if (known !== undefined) return known
    const decision = decide(value)
    if (decided.size < MAX_MEMOIZED && (value?.length ?? 0) <= MAX_MEMOIZED_LENGTH) {
      decided.set(value, decision)
    }
    return decision
  }
}
