import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Limits } from './limits.ts'

const FILE = new URL('../rules/limits.yml', import.meta.url)

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly expr: string; readonly labels: { readonly limit: string } }[]
  }[]
}

/** A limit is not there, or no plain number. */
export class LimitError extends Error {
  override readonly name = 'LimitError'

  constructor(limit: string, expr: string | undefined) {
    super(
      `rules/limits.yml: ${limit} has to be vector(…) of a number, as the dashboards take it as a colour's beginning; it is ${expr ?? 'missing'}`,
    )
  }
}

/** Reads the limits from `rules/limits.yml`. @throws LimitError */
export function readLimits(): Limits {
  const { groups } = parse(readFileSync(FILE, 'utf8')) as RuleFile
  const rules = groups.flatMap((group) => group.rules)
  const limit = (name: string) => {
    const expr = rules.find(({ labels }) => labels.limit === name)?.expr
    const [, number] = /^vector\(([\d.]+)\)$/.exec(expr ?? '') ?? []
    if (number === undefined) throw new LimitError(name, expr)
    return Number(number)
  }
  return {
    occupancyLow: limit('occupancy_low_ratio'),
    occupancyHigh: limit('occupancy_high_ratio'),
    auxShare: limit('aux_ratio'),
    quota: limit('quota_ratio'),
  }
}
