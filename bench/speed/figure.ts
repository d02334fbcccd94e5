/** How often and how long to measure. */
export interface BenchOptions {
  /** Repetitions of each measurement. Things that are compared take turns. */
  readonly rounds: number
  /** Duration of each run of wrk. */
  readonly seconds: number
  readonly print: (text: string) => void
}

/** Agents of an operation: a usual number, a large one, and the most that wolkvox returns. */
export const SIZES = [500, 5000, 60_000] as const

export type Size = (typeof SIZES)[number]

export const formatAgents = (agents: number) => agents.toLocaleString('en')

/** A limit for the median or the maximum of the values. */
export interface Target {
  readonly bound: 'at least' | 'at most'
  readonly value: number
  readonly of: 'median' | 'max'
}

export type Unit = '×' | 'ms' | 's' | 'MB' | '/s' | 'modules'

/** One quantity, measured several times: a row of the table. */
export interface Figure {
  readonly what: string
  /** Number of agents, formatted. */
  readonly at: string
  readonly unit: Unit
  /** At least one. */
  readonly values: readonly number[]
  readonly target?: Target
}

/** Minimum, median and maximum; all `NaN` if there are no values. */
export function spreadOf(values: readonly number[]) {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const last = sorted.length - 1
  return { min: at(0), median: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2, max: at(last) }
}

/** @returns `undefined` if the figure has no target */
export function isMet({ values, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined
  const value = spreadOf(values)[target.of]
  return target.bound === 'at least' ? value >= target.value : value <= target.value
}

/** Divides the values of each round. */
export function ratios(values: readonly number[], toValues: readonly number[]): number[] {
  return values.map((value, round) => value / (toValues[round] ?? Number.NaN))
}

const HEADER = ['what', 'agents', 'target', 'min', 'median', 'max', 'met']

const DECIMALS: Readonly<Record<Unit, number>> = { '×': 2, ms: 1, s: 2, MB: 0, '/s': 1, modules: 0 }

/** The figures as a Markdown table with aligned columns. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [HEADER, ...figures.map(cellsOf)]
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const [header = '', ...others] = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [header, rule, ...others].join('\n')
}

function cellsOf(figure: Figure): string[] {
  const { what, at, unit, values, target } = figure
  const { min, median, max } = spreadOf(values)
  const show = (value: number) => `${value.toFixed(DECIMALS[unit])} ${unit}`
  const bound = target === undefined ? '' : `${target.of} ${target.bound} ${target.value} ${unit}`
  const met = { true: 'yes', false: 'NO', undefined: '' }[`${isMet(figure)}`]
  return [what, at, bound, show(min), show(median), show(max), met]
}
