import { Centre, type CentreOptions } from '../centre/centre.ts'
import type { WolkvoxRecord } from '../centre/report.ts'
import { dayOf, parseTimeOfDay, startClock } from '../centre/time.ts'
import type { FormatDate } from '../reports/latency.ts'
import { RequestLimiter } from './admission.ts'
import type { FaultName } from './faults.ts'

/** A fixed state for an agent, which the report shows instead of the simulated one. */
export interface StateOverride {
  readonly state: string
  /** The start of the state, in seconds since midnight of day 0. */
  readonly since: number
}

/** A record of `information.php?api=token_info`. */
export type TokenInfo = Readonly<
  Record<
    'description' | 'token_limit' | 'token_use_today' | 'all_token_today' | 'available_consumption_options',
    string
  >
>

/** The state of a simulated operation, which all routes share. */
export interface SimulatedOperation {
  /** The only valid token. */
  readonly token: string
  readonly limiter: RequestLimiter
  /** The delay before each response, in milliseconds. */
  readonly latencyMs: number
  /** The simulated time, in whole seconds since midnight of day 0. */
  readonly now: () => number
  /** The centre at the time of the last call of `now`. */
  readonly centre: Centre
  /** A format that shows the current simulated time as the current real time; earlier times are as much earlier. */
  readonly dateFormatter: () => FormatDate
  /** All API requests received, rejected ones included. */
  requests: number
  /** The fault applied to responses. */
  fault: FaultName | undefined
  /** State overrides by agent id. */
  stateOverrides: ReadonlyMap<string, StateOverride>
}

/** What determines a simulated operation. */
export interface OperationOptions extends CentreOptions {
  readonly startAt: string
  readonly speed: number
  readonly token: string
  readonly licenses?: number
  readonly maxRequestsInFlight?: number | undefined
  readonly latencyMs?: number
  /** The operation's time zone. Default: America/Bogota. */
  readonly timeZone?: string
}

/** Simulates the day up to its start time, then starts the clock. */
export function startOperation(options: OperationOptions): SimulatedOperation {
  const startSecond = parseTimeOfDay(options.startAt)
  const centre = new Centre(options)
  centre.advanceTo(startSecond)
  // The morning of a large centre takes seconds to simulate; an earlier clock start would shift the start time.
  const clock = startClock(startSecond, options.speed)
  const now = () => {
    centre.advanceTo(clock())
    return centre.now
  }
  return {
    token: options.token,
    limiter: new RequestLimiter(options.licenses ?? options.agents, options.maxRequestsInFlight),
    latencyMs: options.latencyMs ?? 0,
    now,
    centre,
    dateFormatter: () => dateFormatter(now(), Date.now(), options.timeZone ?? defaultTimeZone),
    requests: 0,
    fault: undefined,
    stateOverrides: new Map(),
  }
}

const defaultTimeZone = 'America/Bogota'

/** The Swedish locale writes dates as wolkvox does: `2026-01-31 13:05:00`. */
function dateFormatter(second: number, epochMs: number, timeZone: string): FormatDate {
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone })
  const formatted = new Map<number, string>()
  // Many agents have measurements of the same second.
  return (at) => {
    const text = formatted.get(at) ?? format.format(epochMs - (second - at) * 1000)
    formatted.set(at, text)
    return text
  }
}

/** The quota usage. The account has only one token, so the totals of token and account are equal. */
export function tokenInfoOf({ limiter }: SimulatedOperation): TokenInfo {
  return {
    description: 'simulated',
    token_limit: String(limiter.dailyLimit),
    token_use_today: String(limiter.requestsToday),
    all_token_today: String(limiter.requestsToday),
    available_consumption_options: String(limiter.dailyLimit - limiter.requestsToday),
  }
}

/** The number of the current simulated day. */
export function todayOf(operation: SimulatedOperation): number {
  return dayOf(operation.now())
}

/** Replaces state and time in state. The daily totals stay, because an override is not part of the simulated day. */
export function applyOverrides(
  records: readonly WolkvoxRecord[],
  overrides: SimulatedOperation['stateOverrides'],
  now: number,
): readonly WolkvoxRecord[] {
  if (overrides.size === 0) return records
  return records.map((record) => {
    const override = overrides.get(record.agent_id)
    if (override === undefined) return record
    return { ...record, agent_status: override.state, time_state_now: String(now - override.since) }
  })
}
