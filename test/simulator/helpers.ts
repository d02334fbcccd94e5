import { Centre } from '../../src/simulator/centre/centre.ts'
import { reportOf, type WolkvoxRecord } from '../../src/simulator/centre/report.ts'
import { parseTimeOfDay } from '../../src/simulator/centre/time.ts'
import {
  type Simulator,
  type SimulatorOptions,
  simulatorDefaults,
  startSimulator,
} from '../../src/simulator/simulator.ts'

/** A centre of this size at a time of day 0. */
export function centreAt(timeOfDay: string, agents: number, seed = 1): Centre {
  const centre = new Centre({ agents, seed })
  centre.advanceTo(parseTimeOfDay(timeOfDay))
  return centre
}

/** The report as the centre stands. */
export function recordsOf(centre: Centre): WolkvoxRecord[] {
  return reportOf(centre.agents, centre.now)
}

/** Every `HH:MM:SS` of the report back in seconds. */
export function toSeconds(text: string): number {
  const [hours, minutes, seconds] = text.split(':').map(Number)
  return (hours ?? Number.NaN) * 3600 + (minutes ?? Number.NaN) * 60 + (seconds ?? Number.NaN)
}

/** Whether the record has values for the day. */
export function worksToday(record: WolkvoxRecord): boolean {
  return record.calls !== ''
}

/** Runs `use` against a small simulator with a stopped clock, which is closed whatever happens. */
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

export const goodHeaders = { 'wolkvox-token': 'simulated-token', wolkvox_server: '0000' }

/** Calls the API; the headers are the right ones unless given. */
export function callApi(
  { url }: Simulator,
  { query = '?api=agents', ...init }: RequestInit & { query?: string } = {},
): Promise<Response> {
  return fetch(`${url}/api/v2/real_time.php${query}`, { headers: goodHeaders, redirect: 'manual', ...init })
}
