import { ANY_GROUP } from '../layout/variables.ts'
import type { Dashboard, Panel } from './dashboard-files.ts'
import { SCRAPE_S } from './history.ts'
import type { TimeRange } from './scenario.ts'

/** The time range and the values chosen at the top of a dashboard. */
export interface Choice extends TimeRange {
  /** Values of the variables; a missing variable means all values. */
  readonly values?: Readonly<Record<string, readonly string[]>>
}

/** One series of a result. Times are in seconds. */
export interface QuerySeries {
  readonly labels: Readonly<Record<string, string>>
  readonly times: readonly number[]
  readonly values: readonly number[]
}

type Target = Panel['targets'][number]

/** Width of a panel on a large screen. */
const PIXELS = 1000

/** Grafana's steps, in seconds, each with the value from which it uses the next. */
const STEPS = [
  [15, 17.5],
  [20, 25],
  [30, 45],
  [60, 90],
  [120, 210],
  [300, 450],
  [600, 750],
  [900, 1050],
] as const

/** The step of Grafana's range query, in seconds: about one point per pixel. */
export function stepOf(panel: Pick<Panel, 'interval' | 'maxDataPoints'>, { from, to }: Choice): number {
  const least = panel.interval === undefined ? 15 : seconds(panel.interval)
  const wanted = (to - from) / (panel.maxDataPoints ?? PIXELS)
  const [round] = STEPS.find(([, below]) => wanted < below) ?? [1200]
  return Math.max(round, least)
}

function seconds(interval: string): number {
  const [, number, unit] = /^(\d+)([sm])$/.exec(interval) ?? []
  return Number(number) * (unit === 'm' ? 60 : 1)
}

/** Replaces the variables of an expression as Grafana does. */
export function interpolate(expr: string, choice: Choice, step = SCRAPE_S): string {
  const builtIn: Readonly<Record<string, string>> = {
    __rate_interval: `${Math.max(step + SCRAPE_S, 4 * SCRAPE_S)}s`,
    __interval: `${step}s`,
    __interval_ms: String(step * 1000),
    __range: `${choice.to - choice.from}s`,
  }
  // `$1` is an argument of label_replace.
  return expr.replace(
    /\$([a-z_]\w*)/g,
    (_, name: string) => builtIn[name] ?? chosen(name, choice.values?.[name]),
  )
}

/** Several values become alternatives of a regular expression, escaped. */
function chosen(name: string, values: readonly string[] | undefined): string {
  if (values === undefined) return name === 'group' ? ANY_GROUP : '.+'
  const escaped = values.map((value) => value.replace(/[\\^$*+?.()|[\]{}]/g, String.raw`\\$&`))
  return escaped.length === 1 ? `${escaped[0]}` : `(${escaped.join('|')})`
}

/** Queries Prometheus as a panel does. @returns the series of each query, by its reference */
export async function queryPanel(
  url: string,
  panel: Panel,
  choice: Choice,
): Promise<ReadonlyMap<string, readonly QuerySeries[]>> {
  const answers = new Map<string, readonly QuerySeries[]>()
  for (const target of panel.targets) answers.set(target.refId, await queryTarget(url, target, panel, choice))
  return answers
}

/** Sends one query of a panel. */
export async function queryTarget(
  url: string,
  { expr, instant }: Pick<Target, 'expr' | 'instant'>,
  panel: Pick<Panel, 'interval' | 'maxDataPoints'>,
  choice: Choice,
): Promise<readonly QuerySeries[]> {
  if (instant) return ask(url, 'query', { query: interpolate(expr, choice), time: choice.to })
  const step = stepOf(panel, choice)
  const round = (time: number) => Math.floor(time / step) * step
  const range = { from: round(choice.from), to: round(choice.to) }
  return queryRange(url, interpolate(expr, choice, step), range, step)
}

/** Sends a range query. @param step in seconds */
export const queryRange = (url: string, query: string, { from, to }: TimeRange, step: number) =>
  ask(url, 'query_range', { query, start: from, end: to, step })

async function ask(
  url: string,
  path: string,
  parameters: Record<string, string | number>,
): Promise<readonly QuerySeries[]> {
  const body = new URLSearchParams(
    Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
  )
  const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body })
  const answer = (await response.json()) as {
    readonly status: string
    readonly error?: string
    readonly data: { readonly result: readonly Result[] }
  }
  if (answer.status !== 'success') throw new Error(`${answer.error}: ${parameters.query}`)
  return answer.data.result.map(({ metric, value, values = value === undefined ? [] : [value] }) => ({
    labels: metric,
    times: values.map(([time]) => time),
    values: values.map(([, text]) => Number(text)),
  }))
}

interface Result {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

const LABEL_VALUES = /^label_values\((\w+(?:\{.*\})?), (\w+)\)$/
const QUERY_RESULT = /^query_result\((.*)\)$/

/** The values of a variable, as Grafana's Prometheus data source finds them. */
export async function queryVariable(
  url: string,
  { query, regex }: { readonly query: string; readonly regex?: string | undefined },
  choice: Choice,
): Promise<readonly { readonly text: string; readonly value: string }[]> {
  const labelValues = LABEL_VALUES.exec(query)
  if (labelValues !== null) {
    const [, selector = '', label = ''] = labelValues
    const parameters = new URLSearchParams({
      'match[]': interpolate(selector, choice),
      start: String(choice.from),
      end: String(choice.to),
    })
    const response = await fetch(`${url}/api/v1/label/${label}/values?${parameters}`)
    const { data } = (await response.json()) as { readonly data: readonly string[] }
    return data.map((value) => ({ text: value, value }))
  }
  const expr = QUERY_RESULT.exec(query)?.[1]
  if (expr === undefined) throw new Error(`not a query of a variable: ${query}`)
  const series = await queryTarget(url, { expr, instant: true }, {}, choice)
  const [, pattern = ''] = /^\/(.*)\/$/.exec(regex ?? '') ?? []
  return series.map(({ labels }) => {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
    const { text, value } = new RegExp(pattern).exec(`{${pairs.join(',')}}`)?.groups ?? {}
    if (text === undefined || value === undefined) throw new Error(`${pattern} does not match ${pairs}`)
    return { text, value }
  })
}

/** The variables of a dashboard with values from Prometheus. */
export const queryVariables = ({ templating }: Dashboard) =>
  templating.list
    .filter(({ type }) => type === 'query')
    .map(({ name, query, regex }) => ({ name, regex, query: (query as { query: string }).query }))
