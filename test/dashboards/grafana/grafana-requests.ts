import type { Dashboard, Panel } from './dashboards.ts'
import { SCRAPE_S } from './history.ts'

/** The selection at the top of a dashboard. */
export interface Choice {
  readonly from: number
  readonly to: number
  /** Values of the variables; without values, all are selected. */
  readonly values?: Readonly<Record<string, readonly string[]>>
}

/** One series of a query result, with times in seconds. */
export interface QuerySeries {
  readonly labels: Readonly<Record<string, string>>
  readonly times: readonly number[]
  readonly values: readonly number[]
}

type Target = Panel['targets'][number]

/** The width of a panel on a large screen. */
const PIXELS = 1000

/** The steps that Grafana uses, in seconds, each with the upper bound of its use. */
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

/** The step of Grafana's range queries, in seconds: about one value per pixel of the panel. */
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

/** Replaces the variables of an expression by the selection, as Grafana does. */
export function interpolate(expr: string, choice: Choice, step = SCRAPE_S): string {
  const builtIn: Readonly<Record<string, string>> = {
    __rate_interval: `${Math.max(step + SCRAPE_S, 4 * SCRAPE_S)}s`,
    __interval: `${step}s`,
    __interval_ms: String(step * 1000),
    __range: `${choice.to - choice.from}s`,
  }
  // `$1` belongs to label_replace.
  return expr.replace(/\$([a-z_]\w*)/g, (_, name: string) => builtIn[name] ?? chosen(choice.values?.[name]))
}

/** Several values become alternatives of a regular expression, escaped. */
function chosen(values: readonly string[] | undefined): string {
  if (values === undefined) return '.+'
  const escaped = values.map((value) => value.replace(/[\\^$*+?.()|[\]{}]/g, String.raw`\\$&`))
  return escaped.length === 1 ? `${escaped[0]}` : `(${escaped.join('|')})`
}

/** Runs the queries of a panel. @returns the series of each query, by its letter */
export async function askPanel(
  url: string,
  panel: Panel,
  choice: Choice,
): Promise<ReadonlyMap<string, readonly QuerySeries[]>> {
  const answers = new Map<string, readonly QuerySeries[]>()
  for (const target of panel.targets) answers.set(target.refId, await askTarget(url, target, panel, choice))
  return answers
}

/** Runs one query of a panel. */
export async function askTarget(
  url: string,
  { expr, instant }: Pick<Target, 'expr' | 'instant'>,
  panel: Pick<Panel, 'interval' | 'maxDataPoints'>,
  choice: Choice,
): Promise<readonly QuerySeries[]> {
  if (instant) return ask(url, 'query', { query: interpolate(expr, choice), time: choice.to })
  const step = stepOf(panel, choice)
  const round = (time: number) => Math.floor(time / step) * step
  return ask(url, 'query_range', {
    query: interpolate(expr, choice, step),
    start: round(choice.from),
    end: round(choice.to),
    step,
  })
}

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

/** The options of a variable, as Grafana's Prometheus data source finds them. */
export async function askVariable(
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
  if (expr === undefined) throw new Error(`no query of a variable: ${query}`)
  const series = await askTarget(url, { expr, instant: true }, {}, choice)
  const [, pattern = ''] = /^\/(.*)\/$/.exec(regex ?? '') ?? []
  return series.map(({ labels }) => {
    const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
    const { text, value } = new RegExp(pattern).exec(`{${pairs.join(',')}}`)?.groups ?? {}
    if (text === undefined || value === undefined) throw new Error(`${pattern} does not match ${pairs}`)
    return { text, value }
  })
}

/** The variables of a dashboard that need a query. */
export const queryVariables = ({ templating }: Dashboard) =>
  templating.list
    .filter(({ type }) => type === 'query')
    .map(({ name, query, regex }) => ({ name, regex, query: (query as { query: string }).query }))
