import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { DAY_MS, DURATION_PATTERN, parseBytes, parseDuration, SIZE_PATTERN } from '../units.ts'
import { isHttpServer } from './http-url.ts'
import { type OutboundProxy, readProxyUrl } from './proxy.ts'
import type { JsonSchema } from './setting.ts'

/** A schema with the JSON Schema of the same values. */
interface ValueSchema<T> {
  readonly schema: z.ZodType<T, string>
  readonly json: JsonSchema
}

/** A text of a form. @param pattern without flags, because JSON Schema has none */
export function textOf(pattern: RegExp, message: string): ValueSchema<string> {
  return { schema: z.string().regex(pattern, message), json: { type: 'string', pattern: pattern.source } }
}

/** A whole number. YAML reads it as a number unless it is quoted. @param pattern of its digits */
export function wholeNumber(
  pattern: RegExp,
  [minimum, maximum]: readonly [number, number],
  message: string,
): ValueSchema<number> {
  return {
    schema: z.string().regex(pattern, message).transform(Number),
    json: { type: ['integer', 'string'], minimum, maximum, pattern: pattern.source },
  }
}

/** One of some texts. */
export function oneOf<const T extends readonly [string, ...string[]]>(values: T): ValueSchema<T[number]> {
  return {
    schema: z.enum(values, `must be one of ${values.join(', ')}`) as unknown as z.ZodType<T[number], string>,
    json: { enum: values },
  }
}

/** A duration of at least a second, as Prometheus writes it; in milliseconds. */
export function durationUpTo(days: number): ValueSchema<number> {
  const schema = z.string().transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined && ms >= 1000 && ms <= days * DAY_MS) return ms
    context.addIssue(`must be a duration between 1s and ${days}d, written as Prometheus does: 90s, 5m, 1h30m`)
    return z.NEVER
  })
  return { schema, json: { type: 'string', pattern: `^(?=.)${DURATION_PATTERN}$` } }
}

const MIN_RESPONSE_BYTES = 1024

// wolkvox sends at most 256 MB in one response.
const MAX_RESPONSE_BYTES = 256 * 2 ** 20

/** The size of a response, in bytes. */
export const responseSize: ValueSchema<number> = {
  schema: z.string().transform((text, context) => {
    const bytes = parseBytes(text)
    if (bytes !== undefined && bytes >= MIN_RESPONSE_BYTES && bytes <= MAX_RESPONSE_BYTES) return bytes
    context.addIssue('must be a size between 1KiB and 256MiB, such as 64MiB')
    return z.NEVER
  }),
  json: {
    type: ['string', 'integer'],
    pattern: `^${SIZE_PATTERN}$`,
    minimum: MIN_RESPONSE_BYTES,
    maximum: MAX_RESPONSE_BYTES,
  },
}

// Temporal also accepts an offset, or a date and time that ends with a zone.
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/

function isTimeZone(name: string): boolean {
  if (!ZONE_NAME.test(name)) return false
  try {
    Temporal.Now.plainDateISO(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

export const timeZone: ValueSchema<string> = {
  schema: z.string().refine(isTimeZone, 'must be an IANA time zone such as America/Bogota or Europe/Madrid'),
  json: { type: 'string', pattern: ZONE_NAME.source },
}

/** The base URL of the API, without a slash at its end. */
export const baseUrl: ValueSchema<string> = {
  schema: z.string().transform((text, context) => {
    const problem = baseUrlProblem(text)
    if (problem === undefined) return text.replace(/\/+$/, '')
    context.addIssue(problem)
    return z.NEVER
  }),
  json: { type: 'string', pattern: String.raw`^[Hh][Tt][Tt][Pp][Ss]?://[^\s?#\\@]+$` },
}

/** What is wrong with a base URL, or `undefined`. Checks the text too, because URL drops white space and adds slashes. */
function baseUrlProblem(text: string): string | undefined {
  if (/\s/.test(text)) return 'contains white space; remove it'
  const url = URL.parse(text)
  if (
    url === null ||
    !/^https?:\/\/[^/\\]/i.test(text) ||
    !isHttpServer(url) ||
    `${url.username}${url.password}` !== '' ||
    /[?#\\]/.test(text)
  ) {
    return 'must be an http(s) URL without user, password or query, such as https://wv0042.wolkvox.com'
  }
  if (/\/api\/+v2(\/|$)|\.php\/*$/i.test(url.pathname)) {
    return 'must end before /api/v2, which the exporter adds, such as https://wv0042.wolkvox.com'
  }
  return undefined
}

/** The URL of a proxy, or `none`. */
export const proxyUrl: ValueSchema<OutboundProxy | 'none'> = {
  schema: z.string().transform((text, context): OutboundProxy | 'none' => {
    if (text === 'none') return 'none'
    const { proxy, problem } = readProxyUrl(text)
    if (problem === undefined) return proxy
    context.addIssue(problem)
    return z.NEVER
  }),
  json: { type: 'string', pattern: String.raw`^\S+$` },
}
