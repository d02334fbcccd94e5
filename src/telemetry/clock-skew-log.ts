import type { ReportState } from '../scheduling/state.ts'
import type { Logger } from './logger.ts'

// Far more than a synchronised clock ever differs. From here on, times of states and of logins are visibly wrong.
const THRESHOLD_MS = 30_000

// A difference around the threshold must not log a line with each refresh.
const END_MS = THRESHOLD_MS / 2

const HINT = 'synchronise the clock of this machine'

/**
 * Logs when this machine's clock and wolkvox's begin to differ by more than 30 s, and when they no longer do. One line each for
 * all reports of an operation.
 *
 * @returns to be called after each refresh
 */
export function createClockSkewLog(log: Logger): (state: ReportState) => void {
  const differing = new Set<string>()
  return ({ operation, clockSkewMs }) => {
    if (clockSkewMs === undefined) return
    const difference = Math.abs(clockSkewMs)
    const fields = { operation, clock_skew_seconds: Math.round(clockSkewMs / 1000) }
    if (difference > THRESHOLD_MS && !differing.has(operation)) {
      differing.add(operation)
      log.warn({ ...fields, hint: HINT }, 'clock skew')
    } else if (difference < END_MS && differing.delete(operation)) {
      log.info(fields, 'clock skew ended')
    }
  }
}
