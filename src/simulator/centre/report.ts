import type { DayTotals, SimulatedAgent } from './agent.ts'
import { formatHhMmSs } from './time.ts'

/** One agent's record in wolkvox's real-time report: 17 strings, in the order of wolkvox's documentation. */
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

/** The maximum number of records in one response, from wolkvox's documentation. */
export const recordLimit = 60_000

/** The report at `now`, in whole seconds since midnight of day 0. It omits agents beyond the record limit. */
export function reportOf(agents: readonly SimulatedAgent[], now: number): WolkvoxRecord[] {
  return agents.slice(0, recordLimit).map((agent) => recordOf(agent, now))
}

/** The record of `agent` at `now`, in whole seconds since midnight of day 0. */
export function recordOf(agent: SimulatedAgent, now: number): WolkvoxRecord {
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

/** The daily totals. `time_state_now` separates the two groups. */
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

/** Agents not logged in today have no values. wolkvox has several notations for this; the simulator uses two. */
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
  const total = calls.inbound + calls.outbound + calls.internal
  const busy = seconds.inbound + seconds.outbound + seconds.acw
  return {
    calls: {
      calls: String(total),
      inbound: String(calls.inbound),
      outbound: String(calls.outbound),
      internal: String(calls.internal),
    },
    times: {
      ready_time: formatHhMmSs(seconds.ready),
      inbound_time: formatHhMmSs(seconds.inbound),
      outbound_time: formatHhMmSs(seconds.outbound),
      acw_time: formatHhMmSs(seconds.acw),
      ring_time: formatHhMmSs(seconds.ring),
      login_time: formatHhMmSs(seconds.login),
      aht_time: formatHhMmSs(Math.round(ratio(busy, total))),
      ocupation: formatPercentage(ratio(busy, seconds.login - seconds.aux)),
      aux_time: formatHhMmSs(seconds.aux),
    },
  }
}

/** wolkvox reports 0 if the divisor is 0. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

const percentage = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

/** Formats a ratio as wolkvox writes percentages: `34.64 %`, `0 %`, `15,233.33 %`. */
export function formatPercentage(ratio: number): string {
  return `${percentage.format(ratio * 100)} %`
}
