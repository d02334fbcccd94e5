import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

const FILE = new URL('../rules/limits.yml', import.meta.url)

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly expr: string; readonly labels: { readonly limit: string } }[]
  }[]
}

/**
 * The limits that colours depend on. Grafana takes no threshold from a query, so they are written into the dashboards; a
 * test holds them and `rules/limits.yml` together.
 */
export interface Limits {
  readonly occupancyLow: number
  readonly occupancyHigh: number
  readonly auxShare: number
  readonly quota: number
}

/** Within the two limits of the alerts, the occupancy to aim for. */
export const occupancyTarget = { from: 0.75, to: 0.85 } as const

/** Reads the limits of the alerts. @throws Error where one is not a plain number */
export function readLimits(): Limits {
  const { groups } = parse(readFileSync(FILE, 'utf8')) as RuleFile
  const rules = groups.flatMap((group) => group.rules)
  const limit = (name: string) => {
    const text = rules.find(({ labels }) => labels.limit === name)?.expr ?? ''
    const value = Number(/^vector\(([\d.]+)\)$/.exec(text)?.[1])
    if (Number.isNaN(value)) throw new Error(`rules/limits.yml has no number for ${name}: ${text}`)
    return value
  }
  return {
    occupancyLow: limit('occupancy_low_ratio'),
    occupancyHigh: limit('occupancy_high_ratio'),
    auxShare: limit('aux_ratio'),
    quota: limit('quota_ratio'),
  }
}
