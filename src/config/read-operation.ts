import { reportNamed } from '../reports/index.ts'
import { createSecretFinder, Secret } from '../secret.ts'
import { formatDuration } from '../units.ts'
import { dailyCallsOf, excessProblem } from './daily-calls.ts'
import { defaultBaseUrl, type Operation, type ReportSettings } from './operation.ts'
import type { RequestedReport } from './report-list.ts'
import { type RawValue, readSetting, type Setting, type ValueProblem } from './setting.ts'
import { parameterNames, type SettingName, type SettingValues, settingNames, settings } from './settings.ts'

const STALE_AFTER_INTERVALS = 3

/** The values of an operation's settings as they are written, including a token from a file. */
export type RawSettings = Readonly<Partial<Record<SettingName, RawValue | undefined>>>

/** What is wrong with a setting, and what to do. */
export interface SettingProblem {
  readonly setting: SettingName
  /** Where in its value; absent: in the whole value. */
  readonly at?: ValueProblem['at']
  readonly message: string
  /** The setting that is missing. If a problem of that setting is reported already, this one is not. */
  readonly missing?: SettingName
}

type ReadOperation =
  | { readonly ok: true; readonly operation: Operation }
  | { readonly ok: false; readonly problems: readonly SettingProblem[] }

/**
 * Reads an operation from the texts of the environment or a file. Reports every problem. The caller adds what is not in these
 * texts: the source of the route, the proxy of the environment, and the contents of files.
 */
export function readOperation(texts: RawSettings): ReadOperation {
  const { values, problems } = readSettings(texts)
  const all = [
    ...problems,
    ...ownTokenProblems(texts, values.token),
    ...staleAfterProblems(values),
    ...quotaProblems(values),
  ]
  return all.length === 0
    ? { ok: true, operation: toOperation(values as SettingValues) }
    : { ok: false, problems: all }
}

/**
 * Reads each setting. A setting with a problem has no value. Settings that depend on it get no value either: one mistake must
 * not cause two messages.
 */
function readSettings(texts: RawSettings) {
  const values: Partial<Record<SettingName, unknown>> = {}
  const problems: SettingProblem[] = []
  for (const setting of settingNames) {
    const read = readSetting<unknown>(settings[setting] as Setting, texts[setting])
    problems.push(...read.problems.map((problem) => ({ setting, ...problem })))
    if (read.isReadable) values[setting] = read.data
  }
  if (problems.some(({ setting }) => setting === 'refreshInterval')) delete values.reports
  return { values: values as Partial<SettingValues>, problems }
}

/** Settings that appear in metrics, logs and file names. */
const SHOWN: readonly SettingName[] = ['name', 'server', 'baseUrl', 'proxyUrl']

/** The text of a setting as outputs show it; empty if there is none. */
const shownText = (value: RawValue | undefined) =>
  typeof value === 'string' ? value : JSON.stringify(value ?? '')

/** The texts of an operation that metrics, logs and file names show, as one text. */
export const shownTexts = (texts: RawSettings) => SHOWN.map((setting) => shownText(texts[setting])).join('\n')

/**
 * A token in another setting would appear in metrics, logs and file names. Outputs remove it only if it has 8 characters or more.
 *
 * @param contains finds the token
 */
export function exposedTokenProblems(
  texts: RawSettings,
  contains: (text: string) => boolean,
): SettingProblem[] {
  return SHOWN.filter((setting) => contains(shownText(texts[setting]))).map((setting) => ({
    setting,
    message: 'contains the token; remove it',
  }))
}

/** The same with the operation's own token. A token with a problem is not searched for: it can be part of a harmless name. */
function ownTokenProblems(texts: RawSettings, token: string | undefined): SettingProblem[] {
  return token === undefined ? [] : exposedTokenProblems(texts, createSecretFinder(token))
}

function toOperation(values: SettingValues): Operation {
  const { server, token, name, baseUrl, proxyUrl, licenses, timeZone, timeout, maxResponseBytes } = values
  return {
    name: name ?? server,
    server,
    token: new Secret(token),
    baseUrl: baseUrl ?? defaultBaseUrl(server),
    route: { proxy: proxyUrl === 'none' ? undefined : proxyUrl, source: undefined },
    caCertificates: undefined,
    licenses,
    timeZone,
    timeoutMs: timeout,
    maxResponseBytes,
    agentName: values.agentName,
    agentId: values.agentId,
    hashKey: undefined,
    excludedMetrics: values.excludedMetrics.length === 0 ? undefined : values.excludedMetrics,
    priority: values.priority,
    ...filterOf(values),
    ...(Object.keys(values.states).length === 0 ? {} : { states: values.states }),
    reports: reportSettings(values).map(({ report, refreshIntervalMs, staleAfterMs }) => ({
      name: report.name,
      refreshIntervalMs,
      staleAfterMs,
      ...parametersOf(report, values),
    })),
  }
}

function filterOf({
  agentsInclude: include,
  agentsExclude: exclude,
}: SettingValues): Pick<Operation, 'agentFilter'> {
  return include.length + exclude.length === 0 ? {} : { agentFilter: { include, exclude } }
}

/** The parameters of a report: from the list of reports, or else from the operation. */
function parametersOf(
  { name, parameters }: RequestedReport,
  values: SettingValues,
): Pick<ReportSettings, 'parameters'> {
  const own = reportNamed(name).ownSettings ?? []
  const found = parameterNames
    .filter((parameter) => own.includes(parameter))
    .flatMap((parameter) => {
      const value = parameters[parameter] ?? values[parameter]
      return value === undefined ? [] : [[parameter, value] as const]
    })
  return found.length === 0 ? {} : { parameters: Object.fromEntries(found) }
}

type Times = Pick<SettingValues, 'reports' | 'refreshInterval' | 'timeout' | 'staleAfter'>

function reportSettings({ reports, refreshInterval, timeout, staleAfter }: Times) {
  return reports.map((report) => {
    const refreshIntervalMs =
      report.refreshInterval ?? refreshInterval ?? reportNamed(report.name).defaultIntervalMs
    const shortest = shortestStaleAfter(refreshIntervalMs, timeout)
    const staleAfterMs =
      report.staleAfter ?? staleAfter ?? Math.max(refreshIntervalMs * STALE_AFTER_INTERVALS, shortest)
    return { report, refreshIntervalMs, staleAfterMs, shortest }
  })
}

/**
 * The age that data can reach although every refresh succeeds: one interval plus a slow request. If data became stale
 * earlier, its series would disappear during each refresh.
 */
function shortestStaleAfter(refreshIntervalMs: number, timeoutMs: number): number {
  return refreshIntervalMs + timeoutMs
}

function staleAfterProblems({
  reports,
  refreshInterval,
  timeout,
  staleAfter,
}: Partial<SettingValues>): SettingProblem[] {
  if (reports === undefined || timeout === undefined) return []
  return reportSettings({ reports, refreshInterval, timeout, staleAfter }).flatMap(
    ({ report, refreshIntervalMs, staleAfterMs, shortest }): SettingProblem[] => {
      if (staleAfterMs >= shortest) return []
      const isOwn = report.staleAfter !== undefined
      const of = reports.length > 1 && !isOwn ? ` of ${report.name}` : ''
      const message =
        `must be at least ${formatDuration(shortest)}: the refresh interval${of} ` +
        `(${formatDuration(refreshIntervalMs)}) plus the timeout (${formatDuration(timeout)})`
      return isOwn
        ? [{ setting: 'reports', at: [report.name, settings.staleAfter.key], message }]
        : [{ setting: 'staleAfter', message }]
    },
  )
}

/** Intervals that use up the daily quota before the day ends. */
function quotaProblems({
  reports,
  refreshInterval,
  timeout,
  staleAfter,
  licenses,
}: Partial<SettingValues>): SettingProblem[] {
  if (reports === undefined) return []
  const intervals = reportSettings({ reports, refreshInterval, timeout: timeout ?? 0, staleAfter }).map(
    ({ report, ...times }) => ({ name: report.name, report, ...times }),
  )
  const excess = excessProblem(dailyCallsOf([{ name: '', licenses, reports: intervals }]))
  return excess === undefined ? [] : [{ ...intervalPlace(shortestOf(intervals).report), message: excess }]
}

/** The shortest of several intervals. */
export function shortestOf<T extends { readonly refreshIntervalMs: number }>(intervals: readonly T[]): T {
  return intervals.reduce((shortest, other) =>
    other.refreshIntervalMs < shortest.refreshIntervalMs ? other : shortest,
  )
}

/** Where the interval of a report is written: in the list of reports, or else for the whole operation. */
export function intervalPlace(report: {
  readonly name: string
  readonly refreshInterval?: unknown
}): Pick<SettingProblem, 'setting' | 'at'> {
  return report.refreshInterval === undefined
    ? { setting: 'refreshInterval' }
    : { setting: 'reports', at: [report.name, settings.refreshInterval.key] }
}
