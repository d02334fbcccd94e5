import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { reports } from '../reports/index.ts'
import { agentNameModes } from '../reports/report.ts'
import { DAY_MS, formatDuration, parseBytes, parseDuration } from '../units.ts'
import { isHttpServer } from './http-url.ts'
import { type OutboundProxy, readProxyUrl } from './proxy.ts'

const MIN_RESPONSE_BYTES = 1024

// wolkvox sends at most 256 MB in one response.
const MAX_RESPONSE_BYTES = 256 * 2 ** 20

function durationUpTo(days: number) {
  return z.string().transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined && ms >= 1000 && ms <= days * DAY_MS) return ms
    context.addIssue(`must be a duration between 1s and ${days}d, written as Prometheus does: 90s, 5m, 1h30m`)
    return z.NEVER
  })
}

// Temporal also accepts an offset, or a date and time that ends with a zone.
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

/** One setting of an operation. Environment variables, `--help`, `check-config` and the documentation are made from this. */
export interface Setting<T = unknown> {
  /** Environment variable. */
  readonly variable: string
  /** Key in a configuration file. */
  readonly key: string
  /** The default, as `--help` shows it. */
  readonly default: string
  readonly meaning: string
  /** Which mistakes to look for in the text; see text-problems.ts. */
  readonly form?: 'token' | 'free text' | 'path'
  /**
   * Converts the text, `undefined` if it is not set, to the value. The message of an issue says what to do. It does not
   * repeat a text that may be a token in the wrong variable.
   */
  readonly schema: z.ZodType<T, string | undefined>
}

/** The default intervals of all reports, without repeating the most frequent one. */
function defaultIntervals(): string {
  const byInterval = Map.groupBy(reports, ({ defaultIntervalMs }) => defaultIntervalMs)
  const [[usual = 0] = [], ...others] = [...byInterval].sort(
    ([, some], [, more]) => more.length - some.length,
  )
  const exceptions = others.flatMap(([interval, ofInterval]) =>
    ofInterval.map(({ name }) => `, ${formatDuration(interval)} for ${name}`),
  )
  return formatDuration(usual) + exceptions.join('')
}

const define = <T>(setting: Setting<T>): Setting<T> => setting

// Tokens are longer or contain digits. Such a text must not be repeated.
const MISSPELLED_REPORT = /^[a-z_]{1,24}$/

const reportNames = reports.map(({ name }) => name)

/** Every setting of an operation. A new setting needs one entry here, and its use in `read-operation.ts`. */
export const settings = {
  server: define({
    variable: 'WOLKVOX_SERVER',
    key: 'server',
    default: 'required',
    meaning: 'server code of the operation, such as 0042',
    // Part of a host name: it must not be able to send the token to another host.
    schema: z
      .string('missing; set it to the server code of the operation, such as 0042')
      .regex(
        /^(?!wv)[a-z0-9](?:[a-z0-9-]{0,57}[a-z0-9])?$/i,
        'must be only the server code, such as 0042: the part of the address after wv',
      )
      // YAML reads an unquoted 0042 as the octal number 34.
      .regex(
        /^(?!\d{1,3}$)/,
        'must have at least four digits, such as 0042; keep the leading zeros, and quote it in YAML',
      ),
  }),
  token: define({
    variable: 'WOLKVOX_TOKEN',
    key: 'token',
    default: 'required',
    meaning: 'the wolkvox token; or WOLKVOX_TOKEN_FILE',
    form: 'token',
    schema: z
      .string('missing; set it to the wolkvox token, or WOLKVOX_TOKEN_FILE to a file that contains it')
      .regex(
        /^[\x21-\x7e]+$/,
        'must be printable ASCII characters without spaces or line breaks; copy the token again',
      ),
  }),
  tokenFile: define({
    variable: 'WOLKVOX_TOKEN_FILE',
    key: 'token_file',
    default: 'none',
    meaning: 'a file that contains the token, instead of WOLKVOX_TOKEN',
    form: 'path',
    schema: z.string().optional(),
  }),
  name: define({
    variable: 'WOLKVOX_OPERATION',
    key: 'name',
    default: 'the server code',
    meaning: 'value of the operation label',
    form: 'free text',
    schema: z
      .string()
      .regex(/^[^\p{C}]{1,128}$/u, 'must be 1 to 128 printable characters')
      .optional(),
  }),
  baseUrl: define({
    variable: 'WOLKVOX_BASE_URL',
    key: 'base_url',
    default: 'https://wv{server}.wolkvox.com',
    meaning: 'for proxies and tests; may start with http:',
    schema: z
      .string()
      .transform((text, context) => {
        const problem = baseUrlProblem(text)
        if (problem === undefined) return text.replace(/\/+$/, '')
        context.addIssue(problem)
        return z.NEVER
      })
      .optional(),
  }),
  proxyUrl: define({
    variable: 'WOLKVOX_PROXY_URL',
    key: 'proxy_url',
    default: 'HTTPS_PROXY, HTTP_PROXY, NO_PROXY',
    meaning:
      'outbound proxy: http://[user:password@]host:port; none ignores the variables of the environment',
    schema: z
      .string()
      .transform((text, context): OutboundProxy | 'none' => {
        if (text === 'none') return 'none'
        const { proxy, problem } = readProxyUrl(text)
        if (problem === undefined) return proxy
        context.addIssue(problem)
        return z.NEVER
      })
      .optional(),
  }),
  caFile: define({
    variable: 'WOLKVOX_CA_FILE',
    key: 'ca_file',
    default: 'none',
    meaning: 'PEM file of CAs to trust in addition to those of Node, for wolkvox and for an https: proxy',
    form: 'path',
    schema: z.string().optional(),
  }),
  licenses: define({
    variable: 'WOLKVOX_LICENSES',
    key: 'licenses',
    default: 'unknown',
    meaning: 'number of licences; the daily limit is 1000 calls for each',
    schema: z
      .string()
      .regex(/^[1-9]\d{0,5}$/, 'must be the number of licences, a whole number from 1 to 999999')
      .transform(Number)
      .optional(),
  }),
  timeZone: define({
    variable: 'WOLKVOX_TIMEZONE',
    key: 'timezone',
    default: 'America/Bogota',
    meaning: "time zone in which the account's day begins",
    schema: z
      .string()
      .refine(isTimeZone, 'must be an IANA time zone such as America/Bogota or Europe/Madrid')
      .default('America/Bogota'),
  }),
  reports: define({
    variable: 'WOLKVOX_REPORTS',
    key: 'reports',
    default: 'agents',
    meaning: `comma-separated list of reports: ${reportNames.join(', ')}`,
    schema: z
      .string()
      .transform((text, context) => {
        const names = text.split(',').map((name) => name.trim())
        const wrong = names.find(
          (name, index) => !reportNames.includes(name) || names.indexOf(name) !== index,
        )
        if (wrong === undefined) return names
        const problem = reportNames.includes(wrong) ? 'is listed twice' : 'is not a report'
        const named = MISSPELLED_REPORT.test(wrong) ? `${wrong} ${problem}; ` : ''
        context.addIssue(
          `${named}must be a comma-separated list of ${reportNames.join(', ')}, each at most once`,
        )
        return z.NEVER
      })
      .default(['agents']),
  }),
  refreshInterval: define({
    variable: 'WOLKVOX_REFRESH_INTERVAL',
    key: 'refresh_interval',
    default: defaultIntervals(),
    meaning: 'from the start of one fetch to the start of the next; less than 5m logs a warning',
    // The totals return to zero each night, so an interval longer than a day would miss whole days.
    schema: durationUpTo(1).optional(),
  }),
  timeout: define({
    variable: 'WOLKVOX_TIMEOUT',
    key: 'timeout',
    default: '60s',
    meaning: 'time limit of one request, from connect to last byte',
    schema: durationUpTo(1).default(60_000),
  }),
  staleAfter: define({
    variable: 'WOLKVOX_STALE_AFTER',
    key: 'stale_after',
    default: '3 × interval',
    meaning:
      "if no refresh succeeds for this long, the report's series are removed; at least interval + timeout",
    schema: durationUpTo(7).optional(),
  }),
  maxResponseBytes: define({
    variable: 'WOLKVOX_MAX_RESPONSE_BYTES',
    key: 'max_response_bytes',
    default: '64MiB',
    meaning: 'size limit of a decoded response; 60,000 records take about 20 MB',
    schema: z
      .string()
      .transform((text, context) => {
        const bytes = parseBytes(text)
        if (bytes !== undefined && bytes >= MIN_RESPONSE_BYTES && bytes <= MAX_RESPONSE_BYTES) return bytes
        context.addIssue('must be a size between 1KiB and 256MiB, such as 64MiB')
        return z.NEVER
      })
      .default(64 * 2 ** 20),
  }),
  agentName: define({
    variable: 'WOLKVOX_AGENT_NAME',
    key: 'agent_name',
    default: 'plain',
    meaning: 'how agent_name is exposed: plain, hash or omit',
    schema: z.enum(agentNameModes, `must be one of ${agentNameModes.join(', ')}`).default('plain'),
  }),
  serviceLevelSeconds: define({
    variable: 'WOLKVOX_SERVICE_LEVEL_SECONDS',
    key: 'service_level_seconds',
    default: 'none',
    meaning: 'further threshold of the service levels in skills, in seconds, beside 10, 20 and 30',
    schema: z
      .string()
      .regex(/^[1-9]\d{0,3}$/, 'must be a number of seconds from 1 to 9999, such as 40')
      .transform(Number)
      .optional(),
  }),
} as const

export type SettingName = keyof typeof settings

/** The values of all settings. */
export type SettingValues = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer Value> ? Value : never
}

export const settingNames = Object.keys(settings) as readonly SettingName[]
