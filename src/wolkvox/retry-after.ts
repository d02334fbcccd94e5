const SECONDS = /^\d+$/

// RFC 9110's two forms with a weekday and GMT. `Date.parse` alone takes almost any text for a date.
const HTTP_DATE = /^[a-z]{3,9}, \d{2}[ -][a-z]{3}[ -](?:\d{4}|\d{2}) \d{2}:\d{2}:\d{2} gmt$/i

/**
 * Reads `Retry-After`: seconds, or an HTTP date.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds to wait, without an upper bound; `undefined` where the header asks for no wait or is unreadable
 */
export function readRetryAfter(header: string, now: number): number | undefined {
  const text = header.trim()
  const ms = SECONDS.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) - now : 0
  return ms > 0 ? ms : undefined
}
