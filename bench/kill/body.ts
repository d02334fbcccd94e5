import type { ParsedSample } from '../../tools/parse-exposition.ts'

/** The values of a body of `/metrics` that are checked. */
export interface ServedValues {
  /** Time of the data, in seconds since 1970. */
  readonly fetchedAt: number | undefined
  readonly records: number | undefined
  readonly refreshes: number | undefined
  readonly requests: number
  readonly requestsToday: number
  /** Sum of all categories. */
  readonly counted: number
  /** For each family of agents, the values by agent_id. */
  readonly families: ReadonlyMap<string, ReadonlyMap<string, number>>
}

// Every agent has these, also agents who have not logged in today.
const FAMILIES_OF_ALL = [
  'wolkvox_agent_state',
  'wolkvox_agent_time_in_state_seconds',
  'wolkvox_agent_state_start_timestamp_seconds',
]

// In seconds: the precision of a timestamp.
const MILLISECOND = 0.001

export function readServedValues(samples: readonly ParsedSample[]): ServedValues {
  const one = (name: string) => samples.find((sample) => sample.name === name)?.value
  const families = new Map<string, Map<string, number>>()
  for (const { name, labels, value } of samples) {
    if (labels.agent_id === undefined) continue
    const family = families.get(name) ?? new Map<string, number>()
    families.set(name, family.set(labels.agent_id, value))
  }
  return {
    fetchedAt: one('wolkvox_last_success_timestamp_seconds'),
    records: one('wolkvox_records'),
    refreshes: one('wolkvox_refreshes_total'),
    requests: one('wolkvox_api_requests_total') ?? 0,
    requestsToday: one('wolkvox_account_requests_today') ?? 0,
    counted: samples
      .filter(({ name }) => name === 'wolkvox_agents')
      .reduce((sum, { value }) => sum + value, 0),
    families,
  }
}

/** Without data, there must be no agents. Stored data must be loaded before the first call. */
export function problemsWithoutData(
  { families, counted, requests }: ServedValues,
  stored: number | undefined,
): string[] {
  const problems: string[] = []
  if (families.size > 0 || counted > 0) problems.push('it serves agents without the time of their data')
  if (requests > 0 && stored !== undefined)
    problems.push(`it serves no data, but data of ${formatTime(stored)} was stored`)
  return problems
}

/** All agents must be there, each with values of the same time, which is the time of the data. */
export function problemsOfData(
  { records, counted, families, fetchedAt }: ServedValues,
  agents: ReadonlySet<string>,
): string[] {
  const problems: string[] = []
  if (records !== agents.size || counted !== agents.size) {
    problems.push(`${records} records and ${counted} counted agents instead of ${agents.size}`)
  }
  for (const name of FAMILIES_OF_ALL) {
    const ids = new Set(families.get(name)?.keys())
    if (ids.symmetricDifference(agents).size > 0) problems.push(`${name} has the wrong agents (${ids.size})`)
  }
  // Agents who have not logged in today have only a state. So a family has either all agents or those who have.
  const sizes = new Set([...families.values()].map(({ size }) => size))
  if (sizes.size > 2) problems.push(`the families have different numbers of agents: ${[...sizes].join(', ')}`)
  const since = families.get('wolkvox_agent_state_start_timestamp_seconds')
  for (const [id, seconds] of families.get('wolkvox_agent_time_in_state_seconds') ?? []) {
    const time = (since?.get(id) ?? Number.NaN) + seconds
    if (Math.abs(time - (fetchedAt ?? Number.NaN)) < MILLISECOND) continue
    problems.push(`agent ${id} has values of ${formatTime(time)}`)
    break
  }
  return problems
}

/** Data must never become older. */
export function problemsOfAge(fetchedAt: number, before: number | undefined): string[] {
  return before !== undefined && fetchedAt < before
    ? [`it serves data of ${formatTime(fetchedAt)}, older than ${formatTime(before)}`]
    : []
}

const formatTime = (seconds: number) =>
  Number.isNaN(seconds) ? 'an unknown time' : new Date(seconds * 1000).toISOString()
