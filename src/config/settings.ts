import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { parseBytes } from './bytes.ts'
import { parseDuration } from './duration.ts'
import { agentNameModes } from './operation.ts'

const DAY_MS = 86_400_000

const MIN_RESPONSE_BYTES = 1024

// wolkvox sends at most 256 MB in one answer.
const MAX_RESPONSE_BYTES = 256 * 2 ** 20

function durationUpTo(days: number) {
  return z.string().transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined && ms >= 1000 && ms <= days * DAY_MS) return ms
    context.addIssue(`must be a duration between 1s and ${days}d, written as Prometheus does: 90s, 5m, 1h30m`)
    return z.NEVER
  })
}

// Temporal would also take an offset, or a whole date and time that ends in a zone.
const ZONE_NAME = /^[a-z][a-z0-9_+-]*(\/[a-z0-9_+-]+)*$/i

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

// What a host name or an address may contain; URL also accepts braces, quotes and empty labels.
const HOST = /^([\w-]+(\.[\w-]+)*\.?|\[[0-9a-f:.]+\])$/i

/** What is wrong with a base URL, or `undefined`. URL itself drops or encodes white space, and adds missing slashes. */
function baseUrlProblem(text: string): string | undefined {
  if (/\s/.test(text)) return 'contains white space; remove it'
  const url = URL.parse(text)
  if (
    url === null ||
    !/^https?:\/\/[^/\\]/i.test(text) ||
    !HOST.test(url.hostname) ||
    url.port === '0' ||
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

/**
 * What each setting of an operation may be, from the text the operator wrote to the value the program uses. The
 * message of an issue says what would be right and never repeats the value, which may be a token in the wrong place.
 */
export const settings = {
  // Becomes part of a host name, so nothing that could lead the token to another host.
  server: z
    .string('missing; set it to the server code of the operation, such as 0042')
    .regex(
      /^(?!wv)[a-z0-9](?:[a-z0-9-]{0,57}[a-z0-9])?$/i,
      'must be the server code alone, such as 0042: what follows wv in the address',
    )
    // YAML reads an unquoted 0042 as the octal number 34.
    .regex(
      /^(?!\d{1,3}$)/,
      'must have at least four digits, such as 0042; keep the leading zeros, and quote it in YAML',
    ),
  token: z
    .string('missing; set it to the wolkvox token, or WOLKVOX_TOKEN_FILE to a file that holds it')
    .regex(
      /^[\x21-\x7e]+$/,
      'must be one word of plain characters, not empty, without spaces or line breaks',
    ),
  operation: z.string().regex(/^[^\p{C}]{1,128}$/u, 'must be 1 to 128 printable characters'),
  baseUrl: z.string().transform((text, context) => {
    const problem = baseUrlProblem(text)
    if (problem === undefined) return text.replace(/\/+$/, '')
    context.addIssue(problem)
    return z.NEVER
  }),
  licenses: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be the number of licences, a whole number from 1 to 999999')
    .transform(Number),
  timeZone: z
    .string()
    .refine(isTimeZone, 'must be an IANA time zone such as America/Bogota or Europe/Madrid'),
  // The day's totals fall back to zero each night: a slower rhythm than a day would miss whole days.
  duration: durationUpTo(1),
  staleAfter: durationUpTo(7),
  maxResponseBytes: z.string().transform((text, context) => {
    const bytes = parseBytes(text)
    if (bytes !== undefined && bytes >= MIN_RESPONSE_BYTES && bytes <= MAX_RESPONSE_BYTES) return bytes
    context.addIssue('must be a size between 1KiB and 256MiB, such as 64MiB')
    return z.NEVER
  }),
  agentName: z.enum(agentNameModes, `must be one of ${agentNameModes.join(', ')}`),
}
