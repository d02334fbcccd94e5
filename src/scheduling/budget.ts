import type { Moment } from '../clock.ts'
import { MAX_RETRIES } from '../config/account.ts'
import { callsADay } from '../config/daily-calls.ts'
import type { OtherRequests, RequestsOfDay } from '../model/storage-ports.ts'
import { dayAt, isAnotherDay, untilNextDay } from './account-day.ts'
import { expectedOthers, measureOthers } from './other-requests.ts'
import { refreshesIn, type ScheduledReport } from './scheduled-report.ts'

// While the quota is exhausted, one call in this time checks whether it still is.
export const PROBE_INTERVAL_MS = 30 * 60_000

// While the quota is exhausted, all reports are due at the same moment. The most important one must probe: another can fail for a
// different reason.
const PROBE_STAGGER_MS = 1000

/** wolkvox has refused a call because the quota is exhausted. */
export interface QuotaRefusal {
  /** Day of the refusal, `YYYY-MM-DD`. */
  readonly day: string
  /** When the next call may probe the quota, on the monotonic clock: setting the wall clock does not move it. */
  readonly probeAtMonotonicMs: number
}

/** The daily quota of an account, and what this exporter has used of it. Never changed in place. */
export interface AccountState {
  /** Value of the label `account`. */
  readonly account: string
  /** IANA time zone in which the day ends. */
  readonly timeZone: string
  /** `undefined` if the licences are not configured. */
  readonly dailyLimit: number | undefined
  /** All reports of all operations of the account. */
  readonly reports: readonly ScheduledReport[]
  readonly requestsOfDay: RequestsOfDay
  /** Counts of other days, the last counted one first; absent if there are none. See {@link withRequestToday}. */
  readonly otherDays?: readonly RequestsOfDay[] | undefined
  /** Requests before this moment are not in `requestsOfDay`: nothing was stored. Milliseconds since 1970. */
  readonly countedSince: number
  /** `undefined` until a report has measured it. */
  readonly otherRequests: OtherRequests | undefined
  /** When the last call was sent that measures the requests of other programs, on the monotonic clock. */
  readonly measurementSentAtMonotonicMs: number | undefined
  /** When the last call was sent that probes whether other programs have exhausted the quota, on the monotonic clock. */
  readonly probeSentAtMonotonicMs?: number | undefined
  /** Until a call succeeds. */
  readonly exhausted: QuotaRefusal | undefined
}

// A clock that is wrong for a moment adds a day. More days than anyone sets a clock in a week.
const MAX_OTHER_DAYS = 7

/**
 * Records a request that is about to be sent. It costs a call even if it fails. The counts of other days stay: a clock that is
 * wrong for one request must not free the quota of the day that it returns to. The day that was counted longest ago is forgotten,
 * even if its date is the latest. If the clock was set back over midnight, the later day continues: it will begin again.
 *
 * @param now milliseconds since 1970
 */
export function withRequestToday(state: AccountState, now: number): AccountState {
  const today = dayAt(now, state.timeZone)
  const counts = countsOf(state).filter(({ count }) => count > 0)
  const day = counts.reduce(
    (latest, counted) =>
      counted.day > latest && !isAnotherDay(counted.day, state.timeZone, now) ? counted.day : latest,
    today,
  )
  const before = counts.find((counted) => counted.day === day) ?? NO_REQUESTS
  const others = counts.filter((counted) => counted.day !== day)
  return {
    ...state,
    requestsOfDay: { day, count: before.count + 1 },
    otherDays: others.length === 0 ? undefined : others.slice(0, MAX_OTHER_DAYS),
  }
}

const NO_REQUESTS = { count: 0 }

const countsOf = ({ requestsOfDay, otherDays = [] }: AccountState) => [requestsOfDay, ...otherDays]

/**
 * If the quota is exhausted, the request about to be sent is the probe, and no other follows for a while: neither a retry nor
 * another report's call, even if the probe fails for another reason.
 */
export function withProbe(state: AccountState, now: Moment): AccountState {
  return isRefusedByWolkvox(state, now.wallMs) ? withExhaustedQuota(state, now) : state
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

/** A call is about to be sent whose response contains the number of calls of all programs. */
export function withMeasurementSent(state: AccountState, now: Moment): AccountState {
  return { ...state, measurementSentAtMonotonicMs: now.monotonicMs }
}

/** If other programs have exhausted the quota as last measured, the call about to be sent is a probe. */
export function withMeasurementProbed(state: AccountState, now: Moment): AccountState {
  return isLimitReached(state, now.wallMs) ? { ...state, probeSentAtMonotonicMs: now.monotonicMs } : state
}

/**
 * A response contained the number of calls that all programs of the account have made today.
 *
 * @param now milliseconds since 1970
 */
export function withAccountCalls(state: AccountState, accountCalls: number, now: number): AccountState {
  const { countedSince, otherRequests, timeZone } = state
  const own = { day: dayAt(now, timeZone), count: requestsToday(state, now), countedSince }
  const measured = measureOthers(accountCalls, own, otherRequests, timeZone, now)
  return { ...state, otherRequests: measured }
}

/**
 * Requests sent since the account's day began. Those of the next day are added: a clock was ahead and has been set back, so they
 * were sent on this day.
 *
 * @param now milliseconds since 1970
 */
export function requestsToday(state: AccountState, now: number): number {
  const today = dayAt(now, state.timeZone)
  // Days of a time zone are expensive to calculate: only a later day needs a second one.
  return countsOf(state)
    .filter(({ day }) => day === today || (day > today && !isAnotherDay(day, state.timeZone, now)))
    .reduce((sum, { count }) => sum + count, 0)
}

/**
 * What other programs have used today, as last measured.
 *
 * @param now milliseconds since 1970
 * @returns `undefined` if no report of the account measures it, or has not measured it today
 */
export function otherRequestsToday(state: AccountState, now: number): OtherRequests | undefined {
  const { reports, otherRequests, timeZone } = state
  if (otherRequests === undefined || !reports.some(({ measuresAccount }) => measuresAccount)) return undefined
  return isAnotherDay(otherRequests.day, timeZone, now) ? undefined : otherRequests
}

/**
 * Whether one more request would exceed the daily limit. Of other programs, only measured requests count: a guess must not stop the
 * most important report.
 *
 * @param now milliseconds since 1970
 */
export function isLimitReached(state: AccountState, now: number): boolean {
  const { dailyLimit, otherRequests } = state
  if (dailyLimit === undefined) return false
  // Ignores the day of all counts: calculating the day of a time zone is expensive, and every rendering of the metrics calls this.
  const atMost = countsOf(state).reduce((sum, { count }) => sum + count, otherRequests?.count ?? 0)
  if (atMost < dailyLimit) return false
  const others = otherRequestsToday(state, now)
  return requestsToday(state, now) + (others?.count ?? 0) >= dailyLimit
}

/**
 * How long no call may be sent because the quota is exhausted: until the next probe, or until the day ends. If the requests of
 * other programs have exhausted it, the probe is a call that measures them, because it can show that they were overestimated. If
 * none was sent for as long, because it is not due or fails, the most important report sends the probe.
 *
 * @param report that would send the call; the most important one if absent
 * @returns milliseconds; 0 if a call may be sent now
 */
export function backoffMs(state: AccountState, now: Moment, report?: ScheduledReport): number {
  const { exhausted, timeZone, dailyLimit = 0 } = state
  const untilProbe =
    exhausted !== undefined && isRefusedByWolkvox(state, now.wallMs)
      ? Math.max(0, exhausted.probeAtMonotonicMs + probeStaggerMs(state, report) - now.monotonicMs)
      : 0
  if (!isLimitReached(state, now.wallMs)) return untilProbe
  if (report?.measuresAccount && requestsToday(state, now.wallMs) < dailyLimit) {
    const { measurementSentAtMonotonicMs = Number.NEGATIVE_INFINITY } = state
    return Math.max(untilProbe, measurementSentAtMonotonicMs + PROBE_INTERVAL_MS - now.monotonicMs)
  }
  const others = otherRequestsToday(state, now.wallMs)
  const isOverestimatePossible = others !== undefined && requestsToday(state, now.wallMs) < dailyLimit
  const wait = isOverestimatePossible
    ? Math.max(untilProbe, untilMeasurementProbe(state, others, now) + probeStaggerMs(state, report))
    : PROBE_INTERVAL_MS
  return Math.min(wait, untilNextDay(now.wallMs, timeZone))
}

/** How long ago a measurement or a probe must be for a report that measures nothing to send the probe. */
function untilMeasurementProbe(
  {
    measurementSentAtMonotonicMs = Number.NEGATIVE_INFINITY,
    probeSentAtMonotonicMs = Number.NEGATIVE_INFINITY,
  }: AccountState,
  { measuredAt }: OtherRequests,
  { wallMs, monotonicMs }: Moment,
): number {
  // An earlier process may have measured. If the clock was set back, the age is unknown.
  const age = Math.max(0, wallMs - measuredAt)
  const since = Math.max(measurementSentAtMonotonicMs, probeSentAtMonotonicMs, monotonicMs - age)
  return Math.max(0, since + PROBE_INTERVAL_MS - monotonicMs)
}

function probeStaggerMs({ reports }: AccountState, report: ScheduledReport | undefined): number {
  if (report === undefined) return 0
  const moreImportant = reports
    .map(({ priority }) => priority)
    .filter((priority) => priority < report.priority)
  return new Set(moreImportant).size * PROBE_STAGGER_MS
}

/**
 * Whether the account's calls are used up: no report may send one, except a probe.
 *
 * @param now milliseconds since 1970
 */
export function isQuotaExhausted(state: AccountState, now: number): boolean {
  return isRefusedByWolkvox(state, now) || isLimitReached(state, now)
}

/** The calls that are left today, and what they are kept for. */
export interface Reserve {
  /** Calls that are left, before anything is kept. */
  readonly left: number
  /** Calls that other programs are expected to make until the day ends. */
  readonly forOthers: number
  /** Calls that more important reports need until the day ends. */
  readonly forReports: number
  /** Names of these reports. */
  readonly reports: readonly string[]
}

/**
 * When the next refresh of each report is due, by the key of the report, on the monotonic clock. A report that is absent can be due
 * at any moment.
 */
export type DueTimes = ReadonlyMap<string, number>

/**
 * Why a report has to leave the rest of the day's calls to more important reports: to their refreshes, and to the retries of one
 * refresh of each. The configuration only guarantees that the refreshes of a day fit. So while the account has made no other calls
 * than these, nothing is kept for retries: otherwise reports of a full budget would pause each day although no call fails.
 *
 * @returns `undefined` if it need not
 */
export function reserveAgainst(
  state: AccountState,
  report: ScheduledReport,
  { wallMs: now, monotonicMs }: Moment,
  dueTimes: DueTimes,
): Reserve | undefined {
  const { dailyLimit, reports, timeZone } = state
  const important = reports.filter(({ priority }) => priority < report.priority)
  if (dailyLimit === undefined || important.length === 0) return undefined
  // An overestimate must not prevent the call that corrects it.
  if (report.measuresAccount && isLimitReached(state, now)) return undefined
  const others = otherRequestsToday(state, now)
  const untilDayEnd = untilNextDay(now, timeZone)
  const left = dailyLimit - requestsToday(state, now) - (others?.count ?? 0)
  const forOthers =
    others === undefined || report.measuresAccount
      ? 0
      : expectedOthers(others, now + untilDayEnd) - others.count
  const dueInMs = ({ key }: ScheduledReport) => {
    const at = dueTimes.get(key)
    return at === undefined ? undefined : at - monotonicMs
  }
  const refreshesOf = (some: readonly ScheduledReport[]) =>
    some.reduce((sum, one) => sum + refreshesIn(one, untilDayEnd, dueInMs(one)), 0)
  const forReports = refreshesOf(important) + MAX_RETRIES * important.length
  if (left - forOthers - forReports >= 1) return undefined
  const free = dailyLimit - reports.reduce((sum, one) => sum + callsADay(one.refreshIntervalMs), 0)
  // The next refresh is due later: this call is a retry.
  const isRetry = (dueInMs(report) ?? 0) > 0
  if (!isRetry && left - forOthers - refreshesOf(reports) >= Math.max(0, free)) return undefined
  const names = [...new Set(important.map(({ name }) => name))]
  return { left: Math.max(0, left), forOthers, forReports, reports: names }
}

/** Whether wolkvox has refused a call of this day, and accepted none since. @param now milliseconds since 1970 */
function isRefusedByWolkvox({ exhausted, timeZone }: AccountState, now: number): boolean {
  return exhausted !== undefined && !isAnotherDay(exhausted.day, timeZone, now)
}

/** When the account's day ends, in milliseconds since 1970. @param now milliseconds since 1970 */
export function dayEnd({ timeZone }: AccountState, now: number): number {
  return now + untilNextDay(now, timeZone)
}
