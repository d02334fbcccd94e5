import type { WolkvoxRecord } from '../centre/report.ts'

/** A state in which an agent is shown, whatever it does in the simulated day. */
export interface Hold {
  readonly state: string
  /** When it began, in seconds since midnight of day 0. */
  readonly since: number
}

/** Agents held, by id. */
export type Holds = ReadonlyMap<string, Hold>

/**
 * The records at `now` (seconds since midnight of day 0) with agents in the states that they are held in. Their totals
 * of the day stay what they are: the hold is no part of that day.
 */
export function withHolds(
  records: readonly WolkvoxRecord[],
  holds: Holds,
  now: number,
): readonly WolkvoxRecord[] {
  if (holds.size === 0) return records
  return records.map((record) => {
    const hold = holds.get(record.agent_id)
    if (hold === undefined) return record
    return { ...record, agent_status: hold.state, time_state_now: String(now - hold.since) }
  })
}
