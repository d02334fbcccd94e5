import type { Moment } from '../clock.ts'
import { failedOutcome, type Outcome } from '../model/outcome.ts'
import { formatDuration } from '../units.ts'
import {
  type AccountState,
  backoffMs,
  type DueTimes,
  isLimitReached,
  otherRequestsToday,
  type Reserve,
  requestsToday,
  reserveAgainst,
} from './budget.ts'
import type { ScheduledReport } from './scheduled-report.ts'

/**
 * Decides whether a call may be sent now.
 *
 * @returns the outcome of a call that the budget does not allow; `undefined` if it does
 */
export function refusalOf(
  state: AccountState,
  report: ScheduledReport,
  at: Moment,
  dueTimes: DueTimes,
): Outcome | undefined {
  const wait = backoffMs(state, at, report)
  if (wait > 0) {
    const next = formatDuration(Math.ceil(wait / 1000) * 1000)
    return refused(`${whyExhausted(state, at.wallMs)}; no call was sent; the next attempt is in ${next}`)
  }
  const reserve = reserveAgainst(state, report, at, dueTimes)
  return reserve && refused(`${describeReserve(reserve)}; no call was sent`)
}

const refused = (message: string) => failedOutcome('quota_exceeded', message)

function whyExhausted(state: AccountState, now: number): string {
  if (!isLimitReached(state, now)) return 'wolkvox has reported that the quota is exhausted'
  const usedUp = `the ${state.dailyLimit} calls that the licences allow today are used up`
  const others = otherRequestsToday(state, now)
  if (others === undefined) return usedUp
  return `${usedUp}: ${requestsToday(state, now)} by this exporter, about ${others.count} by other programs`
}

function describeReserve({ left, forOthers, forReports, reports }: Reserve): string {
  const others = forOthers === 0 ? '' : `, and other programs are expected to use ${forOthers}`
  return `${left} calls are left today; ${forReports} are kept for more important reports (${reports.join(', ')})${others}`
}
