import { parseHttpDate } from './failure.ts'

// The header has no fractions of a second.
const RESOLUTION_MS = 1000

// A machine without a battery for its clock can be wrong by decades, but the server was not here before and will not be later.
const EARLIEST_YEAR = 2020
const LATEST_YEAR = 2100

/**
 * Compares this machine's clock with the server's header `Date`. The server read its clock at some moment during the request, so
 * the difference is only known to within the duration of the request. The result is the smallest difference that explains the
 * header: 0 if the clocks may agree.
 *
 * @param date header `Date`
 * @param age header `Age`: a cache has stored the response, so its `Date` is old
 * @param receivedAt when the response began, in milliseconds since 1970
 * @param durationMs from the start of the request until then
 * @returns this clock minus the server's in milliseconds; `undefined` if the header says nothing
 */
export function clockSkewMs(
  date: string | readonly string[] | undefined,
  age: string | readonly string[] | undefined,
  receivedAt: number,
  durationMs: number,
): number | undefined {
  if (typeof date !== 'string' || age !== undefined) return undefined
  const serverAt = parseHttpDate(date)
  if (serverAt === undefined || !isPlausible(serverAt)) return undefined
  const largest = receivedAt - serverAt
  const smallest = largest - durationMs - RESOLUTION_MS
  if (smallest > 0) return smallest
  return Math.min(0, largest)
}

function isPlausible(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear()
  return year >= EARLIEST_YEAR && year <= LATEST_YEAR
}
