import type { FailureReason } from './failure.ts'

/** wolkvox uses HTTP statuses as codes in the body too. */
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

// wolkvox's names of its codes.
const CODE_OF_ERROR: ReadonlyMap<string, number> = new Map([
  ['BAD REQUEST', 400],
  ['UNAUTHORIZED', 401],
  ['FORBIDDEN', 403],
  ['NOT FOUND', 404],
])

/**
 * The code of a refusal without a code, by its error or its message. Without records, such a response would otherwise
 * count as an empty report.
 */
export function impliedCode(error: string, message: string): number | undefined {
  const isKnown = REASON_OF_MESSAGE.some(([pattern]) => pattern.test(message))
  return CODE_OF_ERROR.get(error.trim().toUpperCase()) ?? (isKnown ? 403 : undefined)
}

/**
 * Why wolkvox refused, from a code other than 200.
 *
 * @param code the HTTP status, or the code in the body
 * @param message `msg` of the body, empty if there is none
 */
export function reasonOfRefusal(code: number, message: string): FailureReason {
  if (code === 403) return REASON_OF_MESSAGE.find(([pattern]) => pattern.test(message))?.[1] ?? 'forbidden'
  return REASON_OF_CODE[code] ?? 'http_error'
}

/**
 * Whether a retry would get the same response, although `http_error` is retried: a code other than 500 to 599 comes from
 * a wrong address or a changed API.
 */
export function isPermanentRefusal(code: number, reason: FailureReason): boolean {
  return reason === 'http_error' && !(code >= 500 && code <= 599)
}

const SECONDS = /^\d+$/

// RFC 9110's two forms with a weekday and GMT. `Date.parse` alone accepts almost any text.
const HTTP_DATE = /^[a-z]{3,9}, \d{2}[ -][a-z]{3}[ -](?:\d{4}|\d{2}) \d{2}:\d{2}:\d{2} gmt$/i

/**
 * Reads `Retry-After`: seconds, or an HTTP date.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds to wait, without an upper bound; `undefined` if the header requests no wait or is unreadable
 */
export function readRetryAfter(header: string, now: number): number | undefined {
  const text = header.trim()
  const ms = SECONDS.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) - now : 0
  return ms > 0 ? ms : undefined
}
