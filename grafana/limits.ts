import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/**
 * The limits of the alerts that colours and titles depend on. Grafana cannot read thresholds from a query, so the dashboards
 * contain them. Ratios from 0 to 1.
 */
export interface Limits {
  readonly occupancyLow: number
  readonly occupancyHigh: number
  readonly auxShare: number
  readonly quota: number
  /** The target of the service level. */
  readonly serviceLevel: number
  /** The threshold of the service level, in seconds. */
  readonly serviceLevelSeconds: number
  readonly abandonment: number
  /** Calls that wait. */
  readonly waiting: number
  /** Whether an alert fires when no agent is ready. */
  readonly noAgentReadyAlert: boolean
}

/** The general limits, and the limits of each operation that has its own. */
export interface AllLimits extends Limits {
  readonly ofOperations: Readonly<Record<string, Limits>>
}

const FILE = new URL('../rules/limits.yml', import.meta.url)

interface Entry {
  readonly expr: string
  readonly labels: {
    readonly limit: string
    readonly operation?: string
    readonly state?: string
    readonly skill_id?: string
  }
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Entry[] }[]
}

/** A limit is missing or not a plain number. */
export class LimitError extends Error {
  override readonly name = 'LimitError'

  constructor(limit: string, expr: string | undefined) {
    super(
      `rules/limits.yml: ${limit}: must be vector(…) with a number, because the dashboards contain it as a threshold; found ${expr ?? 'nothing'}`,
    )
  }
}

/** Reads the limits from `rules/limits.yml`. @throws LimitError */
export function readLimits(text = readFileSync(FILE, 'utf8')): AllLimits {
  const { groups } = parse(text) as RuleFile
  const entries = groups
    .flatMap((group) => group.rules)
    .filter(({ labels }) => labels.state === undefined && labels.skill_id === undefined)

  /** The entry of the operation, or else the general entry, which has no operation. */
  function limit(name: string, operation: string | undefined): number {
    const ofName = entries.filter(({ labels }) => labels.limit === name)
    const own = ofName.find(({ labels }) => operation !== undefined && labels.operation === operation)
    const { expr } = own ?? ofName.find(({ labels }) => labels.operation === undefined) ?? {}
    const [, number] = /^vector\(([\d.]+)\)$/.exec(expr ?? '') ?? []
    if (number === undefined) throw new LimitError(name, expr)
    return Number(number)
  }

  const limitsOf = (operation?: string): Limits => ({
    occupancyLow: limit('occupancy_low_ratio', operation),
    occupancyHigh: limit('occupancy_high_ratio', operation),
    auxShare: limit('aux_ratio', operation),
    quota: limit('quota_ratio', operation),
    serviceLevel: limit('service_level_ratio', operation),
    serviceLevelSeconds: limit('service_level_seconds', operation),
    abandonment: limit('abandoned_ratio', operation),
    waiting: limit('waiting_calls', operation),
    noAgentReadyAlert: limit('no_agent_ready_alert', operation) !== 0,
  })
  const operations = new Set(entries.flatMap(({ labels }) => labels.operation ?? []))
  return {
    ...limitsOf(),
    ofOperations: Object.fromEntries([...operations].map((operation) => [operation, limitsOf(operation)])),
  }
}
