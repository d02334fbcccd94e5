import type { WolkvoxRecord } from '../../src/simulator/centre/report.ts'
import { defaultSkillPlans } from '../../src/simulator/centre/skill-plans.ts'
import { formatHhMmSs } from '../../src/simulator/centre/time.ts'

// What happens in the simulated history: when, in which operations, and with which incidents.

export const HOUR_S = 3600
export const DAY_S = 24 * HOUR_S

/** Midnight of the first simulated day, in the operations' time zone: a Monday. */
export const FIRST_MIDNIGHT_S = Date.UTC(2026, 0, 5, 5) / 1000

/** In seconds since 1970. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

const halfDay = (day: number): TimeRange => ({
  from: FIRST_MIDNIGHT_S + day * DAY_S,
  to: FIRST_MIDNIGHT_S + day * DAY_S + 12 * HOUR_S,
})

/** Half a day, and the same half of a week ago and of yesterday, to compare with. */
export const timeRanges = { lastWeek: halfDay(0), yesterday: halfDay(6), today: halfDay(7) } as const

export type TimeRangeName = keyof typeof timeRanges

export const allTimeRanges: readonly TimeRangeName[] = ['lastWeek', 'yesterday', 'today']

/** Seconds since midnight, in the operations' time zone. */
export const timeOfDay = (now: number): number => (now - FIRST_MIDNIGHT_S) % DAY_S

/** How often the reports of agents and skills are refreshed. */
export const REFRESH_S = 300

/** How often each report is refreshed. */
export const intervals = { agents: REFRESH_S, skills: REFRESH_S, token_info: HOUR_S } as const

export type SimulatedReport = keyof typeof intervals

/** The start of the refresh whose data is shown. */
export const refreshedBefore = (now: number, report: SimulatedReport = 'agents'): number =>
  now - (timeOfDay(now) % intervals[report])

export interface SimulatedOperation {
  readonly name: string
  /** Server code: operations with the same one share a quota. */
  readonly account: string
  readonly reports: readonly SimulatedReport[]
  readonly agents: number
  readonly seed: number
}

/** Agents in each operation that has the report of agents. Their ids are the same in all operations. */
export const AGENTS = 60

/** Skills in each of these operations. Their ids are the same too. */
export const SKILLS = defaultSkillPlans(AGENTS).length

/**
 * One operation has all three reports, and shares its account with another that has no report of agents: sums over operations or
 * reports would count the account twice.
 */
export const simulatedOperations: readonly SimulatedOperation[] = [
  { name: 'ventas', account: '0042', reports: ['agents', 'skills', 'token_info'], agents: AGENTS, seed: 1 },
  { name: 'soporte', account: '0043', reports: ['agents', 'skills'], agents: AGENTS, seed: 2 },
  { name: 'cobranza', account: '0042', reports: ['token_info'], agents: 0, seed: 3 },
]

export const TEAMS = ['Portabilidad', 'Retención', 'Renovaciones', 'Móvil'] as const

/** Agents of each team. The others are in none. */
export const TEAM_AGENTS = 14

/** The team of an agent; `undefined` without one. */
export function teamOf(agentId: string): string | undefined {
  const index = Number(agentId) - 1001
  return index < TEAMS.length * TEAM_AGENTS ? TEAMS[index % TEAMS.length] : undefined
}

/** The groups file of the operations with agents. */
export const groupsFile = [
  'agent_id,team,site',
  ...Array.from({ length: TEAMS.length * TEAM_AGENTS }, (_, index) => {
    const id = String(1001 + index)
    return [id, teamOf(id), index % 3 === 0 ? 'Medellín' : 'Bogotá'].join()
  }),
].join('\n')

/** Requests that an account allows in a day: 1,000 for each of two licences. */
export const LICENSES = 2

/** How old data may become, in intervals of its report. */
export const STALE_INTERVALS = 3

/** Whether a refresh fails: wolkvox is slow for one operation for twenty minutes of each morning. */
export function refreshFails({ name }: SimulatedOperation, now: number): boolean {
  const time = timeOfDay(now)
  return name === 'soporte' && time >= 9 * HOUR_S && time < 9 * HOUR_S + 4 * REFRESH_S
}

/** An agent who does not come back from a break on the last day, and since when. */
export const absentAgent = {
  operation: 'ventas',
  agentId: '1006',
  state: 'Break',
  since: timeRanges.today.from + 11 * HOUR_S,
}

/** A skill that gets several times as many calls as usual on the last day, and since when. */
export const busySkill = {
  operation: 'ventas',
  skillId: '2102',
  since: timeRanges.today.from + 10.5 * HOUR_S,
  factor: 2.7,
}

/** The record of the absent agent: only the times continue. @param left the record when the absence began */
const away = (left: WolkvoxRecord, seconds: number): WolkvoxRecord => ({
  ...left,
  agent_status: absentAgent.state,
  time_state_now: String(seconds),
  aux_time: later(left.aux_time, seconds),
  login_time: later(left.login_time, seconds),
})

function later(time: string, seconds: number): string {
  const [hours = 0, minutes = 0, rest = 0] = time.split(':').map(Number)
  return formatHhMmSs(hours * 3600 + minutes * 60 + rest + seconds)
}

/**
 * Adds the absent agent to the records, and an unreadable occupancy for half an hour of each morning.
 *
 * @param left the record of the absent agent when the absence began
 */
export function withIncidents(
  records: readonly WolkvoxRecord[],
  left: WolkvoxRecord | undefined,
  now: number,
): readonly WolkvoxRecord[] {
  const time = timeOfDay(now)
  const unreadable = time >= 10 * HOUR_S && time < 10 * HOUR_S + 6 * REFRESH_S
  return records.map((record, index) => {
    if (index === 3 && unreadable) return { ...record, ocupation: 'n/a' }
    return left?.agent_id === record.agent_id ? away(left, now - absentAgent.since) : record
  })
}
