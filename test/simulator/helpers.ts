import { Centre, type CentreOptions } from '../../src/simulator/centre/centre.ts'
import { reportOf, type WolkvoxRecord } from '../../src/simulator/centre/report.ts'
import { defaultSkillPlans } from '../../src/simulator/centre/skill-plans.ts'
import { parseTimeOfDay } from '../../src/simulator/centre/time.ts'
import {
  type ServedReportName,
  type Simulator,
  type SimulatorOptions,
  simulatorDefaults,
  startSimulator,
} from '../../src/simulator/simulator.ts'

/** A centre with this many agents at a time on day 0. */
export function centreAt(
  timeOfDay: string,
  agents: number,
  seed = 1,
  options: Partial<CentreOptions> = {},
): Centre {
  const centre = new Centre({ agents, seed, ...options })
  centre.advanceTo(parseTimeOfDay(timeOfDay))
  return centre
}

/** One skill for all agents, so that every ready agent can get every call. */
export const oneSkill = defaultSkillPlans(1)

/** Erlang's delay formula: the probability that a call waits, for `load` erlangs and this many agents. */
export function erlangC(load: number, agents: number): number {
  let blocking = 1
  for (let servers = 1; servers <= agents; servers += 1)
    blocking = (load * blocking) / (servers + load * blocking)
  return (agents * blocking) / (agents - load * (1 - blocking))
}

/** The current report of the centre. */
export function recordsOfCentre(centre: Centre): WolkvoxRecord[] {
  return reportOf(centre.agents, centre.now)
}

/** Converts `HH:MM:SS` to seconds. */
export function toSeconds(text: string): number {
  const [hours, minutes, seconds] = text.split(':').map(Number)
  return (hours ?? Number.NaN) * 3600 + (minutes ?? Number.NaN) * 60 + (seconds ?? Number.NaN)
}

/** Whether the record has daily values. */
export function worksToday(record: WolkvoxRecord): boolean {
  return record.calls !== ''
}

/** Runs `use` with a small simulator whose clock is stopped, then closes the simulator. */
export async function withSimulator(
  options: Partial<SimulatorOptions>,
  use: (simulator: Simulator) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator({ ...simulatorDefaults, agents: 20, speed: 0, port: 0, ...options })
  try {
    await use(simulator)
  } finally {
    await simulator.close()
  }
}

export const validHeaders = { 'wolkvox-token': 'simulated-token', wolkvox_server: '0000' }

interface ApiRequest extends RequestInit {
  readonly path?: string
  readonly query?: string
}

/** Requests a report, by default that of the agents with valid headers. */
export function fetchReport(
  { url }: Simulator,
  { path = 'real_time.php', query = '?api=agents', ...init }: ApiRequest = {},
): Promise<Response> {
  return fetch(`${url}/api/v2/${path}${query}`, { headers: validHeaders, redirect: 'manual', ...init })
}

/** Requests the quota usage. */
export function fetchTokenInfo(simulator: Simulator, init: ApiRequest = {}): Promise<Response> {
  return fetchReport(simulator, { path: 'information.php', query: '?api=token_info', ...init })
}

/** The reports that the simulator serves. */
export const servedReportNames: readonly ServedReportName[] = [
  'agents',
  'skills',
  'campaigns',
  'latency',
  'chats',
  'interactions',
  'token_info',
]

/** Requests any report with the parameters that it needs. */
export function fetchReportNamed(
  simulator: Simulator,
  api: ServedReportName,
  init: ApiRequest = {},
): Promise<Response> {
  const query = api === 'skills' ? '?api=skills&skill_id=all' : `?api=${api}`
  const path = api === 'token_info' ? 'information.php' : 'real_time.php'
  return fetchReport(simulator, { path, query, ...init })
}

/** Calls the simulator's control API. */
export async function controlCall(
  { url }: Simulator,
  path: string,
  method: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: await response.json() }
}
