import type { WolkvoxRecord } from '../../../src/simulator/centre/report.ts'
import { formatDuration } from '../../../src/simulator/centre/time.ts'
import { HOUR_S, REFRESH_S, timeOfDay, timeRanges } from './time-ranges.ts'

/** Whether a refresh fails: the second centre's wolkvox is slow for twenty minutes of each morning. */
export const fails = (index: number, now: number) => {
  const time = timeOfDay(now)
  return index === 1 && time >= 9 * HOUR_S && time < 9 * HOUR_S + 4 * REFRESH_S
}

/** An agent of the first centre who does not return from a break on the last day. */
export const absentee = {
  operation: 0,
  agentId: '1006',
  state: 'Break',
  since: timeRanges.today.from + 11 * HOUR_S,
}

/** The record of the absent agent: only the auxiliary state's times grow. @param left the record when the break began */
const away = (left: WolkvoxRecord, seconds: number): WolkvoxRecord => ({
  ...left,
  agent_status: absentee.state,
  time_state_now: String(seconds),
  aux_time: later(left.aux_time, seconds),
  login_time: later(left.login_time, seconds),
})

function later(time: string, seconds: number): string {
  const [hours = 0, minutes = 0, rest = 0] = time.split(':').map(Number)
  return formatDuration(hours * 3600 + minutes * 60 + rest + seconds)
}

/**
 * The first centre's records with two special cases: the absent agent, and an unreadable occupancy for half an hour of each
 * morning.
 *
 * @param left the absent agent's record when the break began
 */
export function withSpecialCases(
  records: readonly WolkvoxRecord[],
  left: WolkvoxRecord | undefined,
  now: number,
): readonly WolkvoxRecord[] {
  const time = timeOfDay(now)
  const unreadable = time >= 10 * HOUR_S && time < 10 * HOUR_S + 6 * REFRESH_S
  return records.map((record, place) => {
    if (place === 3 && unreadable) return { ...record, ocupation: 'n/a' }
    return left?.agent_id === record.agent_id ? away(left, now - absentee.since) : record
  })
}
