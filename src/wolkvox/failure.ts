import { messageOf } from '../error-text.ts'

/** The values of the label `reason`, each with a hint for the operator. */
export const failureHints = {
  connect:
    "check the network and the proxies on the way; if no request succeeds, check the server code and that this machine's address is on the operation's firewall list",
  tls: "check the clock and the certificate; to trust your company's CA, set WOLKVOX_CA_FILE (ca_file in a file)",
  proxy:
    'check WOLKVOX_PROXY_URL (proxy_url in a file) or HTTPS_PROXY, and that the proxy lets this machine reach wolkvox',
  timeout: 'wolkvox was too slow; check the network, or raise the timeout',
  http_error:
    'wolkvox has an error, or another server responds at this address; if it continues, check the base URL, then contact wolkvox',
  redirect:
    'redirects are not followed because they would receive the token; check the server code and the base URL',
  rate_limited:
    'too many requests in a short time; increase the interval, and check which other programs in this network use wolkvox',
  too_large: 'no wolkvox report is that large; check the server code and the base URL',
  malformed: 'the response does not come from the wolkvox API; check the server code and the base URL',
  bad_request: 'wolkvox does not know this report on this server; check the server code and the base URL',
  unauthorized: 'wolkvox received no token; check the token, and that no proxy drops the header',
  invalid_token: 'wolkvox does not accept the token; get a valid one from wolkvox Manager',
  quota_exceeded:
    "the day's calls are used up, by this or another program; increase the interval or add licences",
  concurrency: 'another program uses the same token at the same time; give this exporter a separate token',
  forbidden:
    'wolkvox refuses requests, for example during maintenance or backups; if it continues, contact wolkvox',
  not_found: 'the API is not at this address; check the server code and the base URL',
  internal: 'this is a bug in the exporter; please report it with this line',
} as const

/** Why a request gave no usable report: a value of the label `reason`. */
export type FailureReason = keyof typeof failureHints

/** All reasons, for metrics that show each of them. */
export const failureReasons = Object.keys(failureHints) as readonly FailureReason[]

/** Additional information about retries within the same refresh. */
export interface RetryAdvice {
  /** The wait that the server requests, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** A retry gets the same response, although other failures with this reason are temporary. */
  readonly isPermanent?: boolean | undefined
}

/**
 * A request without a usable report. The message says what happened, {@link failureHints} say what to do, and `cause` keeps the
 * original error. None of them contains the token, because external texts pass through `redact` first.
 */
export class WolkvoxFailure extends Error {
  override readonly name = 'WolkvoxFailure'
  readonly reason: FailureReason
  readonly advice: RetryAdvice

  constructor(
    reason: FailureReason,
    message: string,
    { retryAfterMs, isPermanent, ...options }: ErrorOptions & RetryAdvice = {},
  ) {
    super(message, options)
    this.reason = reason
    this.advice = { retryAfterMs, isPermanent }
  }
}

/** Converts any error to a failure: an unexpected error is a bug in the exporter. */
export function toFailure(error: unknown): WolkvoxFailure {
  if (error instanceof WolkvoxFailure) return error
  return new WolkvoxFailure('internal', messageOf(error), {
    cause: error,
  })
}

/** wolkvox also uses HTTP statuses as codes in the body. */
const REASON_OF_CODE: Readonly<Record<number, FailureReason>> = {
  301: 'redirect',
  302: 'redirect',
  303: 'redirect',
  307: 'redirect',
  308: 'redirect',
  400: 'bad_request',
  401: 'unauthorized',
  404: 'not_found',
  407: 'proxy',
  429: 'rate_limited',
}

// 403 has at least four meanings that differ only in the message.
const REASON_OF_MESSAGE: readonly (readonly [RegExp, FailureReason])[] = [
  [/limit of simultaneous requests/i, 'concurrency'],
  [/token limit exceeded/i, 'quota_exceeded'],
  [/validate token/i, 'invalid_token'],
]

// The names that wolkvox gives to its codes, and others of HTTP.
const CODE_OF_ERROR: ReadonlyMap<string, number> = new Map([
  ['BAD REQUEST', 400],
  ['UNAUTHORIZED', 401],
  ['FORBIDDEN', 403],
  ['NOT FOUND', 404],
  ['TOO MANY REQUESTS', 429],
])

// Messages that wolkvox documents for other codes than 403.
const CODE_OF_MESSAGE: readonly (readonly [RegExp, number])[] = [
  [/api you want to consult does not exist|parameters are required/i, 400],
  [/enter the wolkvox-token/i, 401],
  ...REASON_OF_MESSAGE.map(([pattern]) => [pattern, 403] as const),
]

/** The code of a refusal without one, derived from its error or its message. @returns `undefined` if neither is known */
export function impliedCode(error: string, message: string): number | undefined {
  return (
    CODE_OF_ERROR.get(error.trim().toUpperCase()) ??
    CODE_OF_MESSAGE.find(([pattern]) => pattern.test(message))?.[1]
  )
}

/**
 * The reason of a refusal, from a code other than 200.
 *
 * @param code the HTTP status, or the code in the body
 * @param message `msg` of the body, empty if there is none
 */
export function reasonOfRefusal(code: number, message: string): FailureReason {
  if (code === 403) return REASON_OF_MESSAGE.find(([pattern]) => pattern.test(message))?.[1] ?? 'forbidden'
  return REASON_OF_CODE[code] ?? 'http_error'
}

/**
 * Whether a retry would get the same response, although `http_error` and `proxy` are usually retried: a code outside 500 to 599
 * comes from a wrong address, a changed API, or a proxy that refuses.
 */
export function isPermanentRefusal(code: number, reason: FailureReason): boolean {
  return (reason === 'http_error' || reason === 'proxy') && !(code >= 500 && code <= 599)
}

const DELAY_SECONDS = /^\d+$/

// The two forms of RFC 9110 with a weekday and GMT. `Date.parse` alone accepts almost any text.
const WEEKDAY = '(?:(?:mon|fri|sun)(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|sat(?:urday)?)'
const HTTP_DATE = new RegExp(
  `^${WEEKDAY}, (\\d{2})[ -]([a-z]{3})[ -](\\d{4}|\\d{2}) (\\d{2}:\\d{2}:\\d{2}) gmt$`,
  'i',
)

/**
 * Reads `Retry-After`: seconds, or an HTTP date.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds to wait, without an upper bound; `undefined` if the header requests no wait or is unreadable
 */
export function readRetryAfter(header: string, now: number): number | undefined {
  const text = header.trim()
  const ms = DELAY_SECONDS.test(text) ? Number(text) * 1000 : (parseHttpDate(text) ?? 0) - now
  return ms > 0 ? ms : undefined
}

/** Reads an HTTP date. @returns milliseconds since 1970, or `undefined` if the text is not an HTTP date */
export function parseHttpDate(text: string): number | undefined {
  const [date, day, month = '', year = '', time] = HTTP_DATE.exec(text.trim()) ?? []
  if (date === undefined) return undefined
  const ms = Date.parse(date)
  if (Number.isNaN(ms)) return undefined
  // Date.parse takes 31 February for 3 March, and the year 0 for 2000.
  const [, realDay, realMonth, realYear = '', realTime] = new Date(ms).toUTCString().split(' ')
  const isReal =
    day === realDay &&
    month.toLowerCase() === realMonth?.toLowerCase() &&
    realYear.endsWith(year) &&
    time === realTime
  return isReal ? ms : undefined
}
