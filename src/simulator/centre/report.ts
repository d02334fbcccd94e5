import type { Agent, DayTotals } from './agent.ts'
import { formatDuration } from './time.ts'

/** One agent's line of wolkvox's real-time report: 17 strings, in the order of wolkvox's page. */
export interface WolkvoxRecord {
  readonly agent_id: string
  readonly agent_name: string
  readonly agent_status: string
  readonly calls: string
  readonly inbound: string
  readonly outbound: string
  readonly internal: string
  readonly time_state_now: string
  readonly ready_time: string
  readonly inbound_time: string
  readonly outbound_time: string
  readonly acw_time: string
  readonly ring_time: string
  readonly login_time: string
  readonly aht_time: string
  readonly ocupation: string
  readonly aux_time: string
}

/** Records that one answer holds at most, by wolkvox's page. */
export const recordLimit = 60_000

/** The report at `now`, in whole seconds since midnight of day 0; agents beyond the limit are cut off. */
export function reportOf(agents: readonly Agent[], now: number): WolkvoxRecord[] {
  return agents.slice(0, recordLimit).map((agent) => recordOf(agent, now))
}

/** The record of `agent` at `now`, in whole seconds since midnight of day 0. */
export function recordOf(agent: Agent, now: number): WolkvoxRecord {
  const { calls, times } = agent.worksToday ? dayFields(agent.totalsAt(now)) : noDayFields
  return {
    agent_id: agent.id,
    agent_name: agent.name,
    agent_status: agent.activity.state,
    ...calls,
    time_state_now: String(now - agent.since),
    ...times,
  }
}

/** The fields that speak of the day, in the two groups between which `time_state_now` stands. */
interface DayFields {
  readonly calls: Pick<WolkvoxRecord, 'calls' | 'inbound' | 'outbound' | 'internal'>
  readonly times: Pick<
    WolkvoxRecord,
    | 'ready_time'
    | 'inbound_time'
    | 'outbound_time'
    | 'acw_time'
    | 'ring_time'
    | 'login_time'
    | 'aht_time'
    | 'ocupation'
    | 'aux_time'
  >
}

/** Who has not logged in today has no values; wolkvox writes that in more ways than one, so two are used. */
const noDayFields: DayFields = {
  calls: { calls: '', inbound: '', outbound: '', internal: '' },
  times: {
    ready_time: '-',
    inbound_time: '-',
    outbound_time: '-',
    acw_time: '-',
    ring_time: '-',
    login_time: '-',
    aht_time: '-',
    ocupation: '-',
    aux_time: '-',
  },
}

function dayFields({ seconds, calls }: DayTotals): DayFields {
  const taken = calls.inbound + calls.outbound + calls.internal
  const busy = seconds.inbound + seconds.outbound + seconds.acw
  return {
    calls: {
      calls: String(taken),
      inbound: String(calls.inbound),
      outbound: String(calls.outbound),
      internal: String(calls.internal),
    },
    times: {
      ready_time: formatDuration(seconds.ready),
      inbound_time: formatDuration(seconds.inbound),
      outbound_time: formatDuration(seconds.outbound),
      acw_time: formatDuration(seconds.acw),
      ring_time: formatDuration(seconds.ring),
      login_time: formatDuration(seconds.login),
      aht_time: formatDuration(Math.round(ratio(busy, taken))),
      ocupation: formatPercentage(ratio(busy, seconds.login - seconds.aux)),
      aux_time: formatDuration(seconds.aux),
    },
  }
}

/** Nothing over nothing is shown as nothing. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

const percentage = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

/** A share (1 = all) as wolkvox writes percentages: `34.64 %`, `0 %`, `15,233.33 %`. */
export function formatPercentage(share: number): string {
  return `${percentage.format(share * 100)} %`
}
