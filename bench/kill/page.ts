import type { ParsedSample } from '../../test/support/helpers.ts'

/** What a page says, as far as it is checked. */
export interface Page {
  /** Moment of the data served, in seconds since 1970. */
  readonly fetchedAt: number | undefined
  readonly records: number | undefined
  readonly refreshes: number | undefined
  readonly requests: number
  readonly requestsToday: number
  /** Sum over all categories. */
  readonly counted: number
  /** For each family of agents, its value by agent_id. */
  readonly families: ReadonlyMap<string, ReadonlyMap<string, number>>
}

// wolkvox gives these for every agent, whether or not they have come today.
const FAMILIES_OF_ALL = [
  'wolkvox_agent_state',
  'wolkvox_agent_time_in_state_seconds',
  'wolkvox_agent_state_start_timestamp_seconds',
]

// In seconds; the precision of a moment.
const MILLISECOND = 0.001

export function readPage(samples: readonly ParsedSample[]): Page {
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
    requestsToday: one('wolkvox_api_requests_today') ?? 0,
    counted: samples
      .filter(({ name }) => name === 'wolkvox_agents')
      .reduce((sum, { value }) => sum + value, 0),
    families,
  }
}

/** Without data there are no agents at all; and before the first call, what was kept has been read. */
export function faultsOfEmpty({ families, counted, requests }: Page, stored: number | undefined): string[] {
  const faults: string[] = []
  if (families.size > 0 || counted > 0) faults.push('it serves agents, but not of when')
  if (requests > 0 && stored !== undefined) faults.push(`it serves nothing, though ${at(stored)} was stored`)
  return faults
}

/** All agents, and each as it was at the one moment that the page names. */
export function faultsOfFull(
  { records, counted, families, fetchedAt }: Page,
  agents: ReadonlySet<string>,
): string[] {
  const faults: string[] = []
  if (records !== agents.size || counted !== agents.size) {
    faults.push(`of ${agents.size} agents there are ${records} records, ${counted} counted`)
  }
  for (const name of FAMILIES_OF_ALL) {
    const ids = new Set(families.get(name)?.keys())
    if (ids.symmetricDifference(agents).size > 0) faults.push(`${name} is of ${ids.size} agents`)
  }
  // Who has not come today has a state and nothing of the day: any family has all agents or those of the day.
  const sizes = new Set([...families.values()].map(({ size }) => size))
  if (sizes.size > 2) faults.push(`families are of ${[...sizes].join(', ')} agents`)
  const since = families.get('wolkvox_agent_state_start_timestamp_seconds')
  for (const [id, seconds] of families.get('wolkvox_agent_time_in_state_seconds') ?? []) {
    const moment = (since?.get(id) ?? Number.NaN) + seconds
    if (Math.abs(moment - (fetchedAt ?? Number.NaN)) < MILLISECOND) continue
    faults.push(`agent ${id} is of ${at(moment)}`)
    break
  }
  return faults
}

export function older(fetchedAt: number, before: number | undefined): string[] {
  return before !== undefined && fetchedAt < before
    ? [`it serves ${at(fetchedAt)}, older than ${at(before)}`]
    : []
}

const at = (seconds: number) => (Number.isNaN(seconds) ? 'no moment' : new Date(seconds * 1000).toISOString())
