import { Temporal } from 'temporal-polyfill'
import type { Moment } from '../clock.ts'
import type { RequestsOfDay } from '../model/storage-ports.ts'
import { DAY_MS } from '../units.ts'

// While wolkvox refuses calls because the quota is exhausted, one call in this time checks whether it has been reset.
export const PROBE_INTERVAL_MS = 30 * 60_000

/** wolkvox has refused a call because the quota is exhausted. */
export interface Exhausted {
  /** Day of the refusal, `YYYY-MM-DD`. */
  readonly day: string
  /** When the next call may probe the quota, on the monotonic clock: setting the wall clock does not move it. */
  readonly probeAtMonotonicMs: number
}

/** The daily quota of an account, and what this exporter has used of it. Never changed in place. */
export interface AccountState {
  /** Value of the label `account`. */
  readonly account: string
  /** IANA time zone in which the day turns. */
  readonly timeZone: string
  /** `undefined` if the licences are not configured. */
  readonly dailyLimit: number | undefined
  readonly requestsOfDay: RequestsOfDay
  /** Until a call succeeds. */
  readonly exhausted: Exhausted | undefined
}

/** Records a request that is about to be sent. It costs a call even if it fails. @param now milliseconds since 1970 */
export function withRequestToday(state: AccountState, now: number): AccountState {
  const { timeZone, requestsOfDay } = state
  const day = isAnotherDay(requestsOfDay.day, timeZone, now) ? dayAt(now, timeZone) : requestsOfDay.day
  return { ...state, requestsOfDay: { day, count: requestsToday(state, now) + 1 } }
}

/**
 * If the quota is exhausted, the request about to be sent is the probe, and no other follows for a while: neither a retry nor
 * another report's call, even if the probe fails for another reason.
 */
export function withProbe(state: AccountState, now: Moment): AccountState {
  return isExhausted(state, now.wallMs) ? withExhaustedQuota(state, now) : state
}

/** wolkvox has refused a call because the quota is exhausted. */
export function withExhaustedQuota(state: AccountState, now: Moment): AccountState {
  const day = dayAt(now.wallMs, state.timeZone)
  const backoff = Math.min(PROBE_INTERVAL_MS, untilNextDay(now.wallMs, state.timeZone))
  return { ...state, exhausted: { day, probeAtMonotonicMs: now.monotonicMs + backoff } }
}

/** A call has succeeded. */
export function withFreeQuota(state: AccountState): AccountState {
  return state.exhausted === undefined ? state : { ...state, exhausted: undefined }
}

/** Requests sent since the account's day began. @param now milliseconds since 1970 */
export function requestsToday(state: AccountState, now: number): number {
  const { timeZone, requestsOfDay } = state
  return isAnotherDay(requestsOfDay.day, timeZone, now) ? 0 : requestsOfDay.count
}

/** Whether one more request would exceed the daily limit. @param now milliseconds since 1970 */
export function isLimitReached(state: AccountState, now: number): boolean {
  return state.dailyLimit !== undefined && requestsToday(state, now) >= state.dailyLimit
}

/**
 * How long no call may be sent because the quota is exhausted: until the next probe, or until the day turns.
 *
 * @returns milliseconds; 0 if a call may be sent now
 */
export function backoffMs(state: AccountState, now: Moment): number {
  const { exhausted, timeZone } = state
  if (isLimitReached(state, now.wallMs)) {
    return Math.min(PROBE_INTERVAL_MS, untilNextDay(now.wallMs, timeZone))
  }
  if (exhausted === undefined || !isExhausted(state, now.wallMs)) return 0
  return Math.max(0, exhausted.probeAtMonotonicMs - now.monotonicMs)
}

/** Whether wolkvox has refused a call of this day, and accepted none since. @param now milliseconds since 1970 */
function isExhausted({ exhausted, timeZone }: AccountState, now: number): boolean {
  return exhausted !== undefined && !isAnotherDay(exhausted.day, timeZone, now)
}

/** When the account's day ends, in milliseconds since 1970. @param now milliseconds since 1970 */
export function dayEnd({ timeZone }: AccountState, now: number): number {
  return now + untilNextDay(now, timeZone)
}

/**
 * The day of a time zone at a moment.
 *
 * @param now milliseconds since 1970
 * @param timeZone IANA name
 * @returns `YYYY-MM-DD`
 */
export function dayAt(now: number, timeZone: string): string {
  return dateAt(now, timeZone).toString()
}

/** Milliseconds until the next day of a time zone begins; a day may have 23 or 25 hours. */
export function untilNextDay(now: number, timeZone: string): number {
  const next = dateAt(now, timeZone).add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds
  // If a clock goes back over midnight, the next day has already begun once.
  return Math.max(1000, next - now)
}

function dateAt(now: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(now)).toZonedDateTimeISO(timeZone).toPlainDate()
}

// Days only go forward: a clock that is set back over midnight must not free the quota of a day that will begin again. A clock
// that is set back by more was wrong before, and what was noted for that day no longer counts.
function isAnotherDay(day: string, timeZone: string, now: number): boolean {
  return dayAt(now, timeZone) > day || dayAt(now + DAY_MS, timeZone) < day
}
