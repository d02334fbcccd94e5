import Negotiator from 'negotiator'
import type { Format } from '../exposition/format.ts'
import { rememberFor } from './remember.ts'

const FORMATS: readonly (readonly [string, Format])[] = [
  ['text/plain;version=0.0.4', 'text'],
  ['application/openmetrics-text;version=1.0.0', 'openmetrics'],
]

// Parameters that do not choose between the formats: Prometheus 3 sends `escaping`, and every text here is UTF-8.
const BESIDE_THE_POINT = /;\s*(?:escaping|charset)\s*=\s*("[^"]*"|[^;,]*)/gi

/**
 * The format that the `Accept` header likes best; text 0.0.4 when it names neither, is missing or cannot be read.
 *
 * @see https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export const formatFor = rememberFor('accept', (accept): Format => {
  const headers = accept === undefined ? {} : { accept: accept.replace(BESIDE_THE_POINT, '') }
  const [best] = new Negotiator({ headers }).mediaTypes(FORMATS.map(([type]) => type))
  return FORMATS.find(([type]) => type === best)?.[1] ?? 'text'
})

/** Whether the client takes gzip, by its `Accept-Encoding` header. */
export const acceptsGzip = rememberFor('accept-encoding', (encodings) => {
  const headers = encodings === undefined ? {} : { 'accept-encoding': encodings }
  return new Negotiator({ headers }).encodings(['gzip', 'identity'])[0] === 'gzip'
})
