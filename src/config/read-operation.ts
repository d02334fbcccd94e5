import { reportNamed } from '../reports/index.ts'
import { formatDuration } from '../units.ts'
import { dailyCallsOf, excessOf } from './daily-calls.ts'
import { defaultBaseUrl, type Operation, type ReportSettings } from './operation.ts'
import { Secret } from './secret.ts'
import { type Setting, type SettingName, type SettingValues, settingNames, settings } from './settings.ts'
import { pathProblems, textProblems, tokenProblems } from './text-problems.ts'

const STALE_AFTER_INTERVALS = 3

/** The texts of an operation's settings, including a token from a file. */
export type RawSettings = Readonly<Partial<Record<SettingName, string | undefined>>>

/** What is wrong with a setting, and what to do. */
interface SettingProblem {
  readonly setting: SettingName
  readonly message: string
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
  const all = [...problems, ...containsToken(texts), ...staleAfterProblems(values), ...quotaProblems(values)]
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
    const { schema, form }: Setting = settings[setting]
    const text = texts[setting]
    const { data, error } = schema.safeParse(text)
    const wrongTexts = text === undefined ? [] : problemsOf(text, form)
    const messages = wrongTexts.length > 0 ? wrongTexts : (error?.issues ?? []).map(({ message }) => message)
    problems.push(...messages.map((message) => ({ setting, message })))
    if (error === undefined) values[setting] = data
  }
  if (problems.some(({ setting }) => setting === 'refreshInterval')) delete values.reports
  return { values: values as Partial<SettingValues>, problems }
}

/** Mistakes in a text, even if the text would be a valid value. */
function problemsOf(text: string, form: Setting['form']): string[] {
  if (form === 'token') return tokenProblems(text)
  return form === 'path' ? pathProblems(text) : textProblems(text, form === 'free text')
}

// A shorter token can be part of a harmless name, and its setting would be refused. Outputs are cleaned only from 8 characters on:
// a replacement by mistake damages every line, but a refusal by mistake says what to change.
const MIN_TOKEN_LENGTH = 6

/** A token in another setting would appear in metrics, logs and file names. */
function containsToken({ token, ...texts }: RawSettings): SettingProblem[] {
  if (token === undefined || token.length < MIN_TOKEN_LENGTH) return []
  return (['name', 'server', 'baseUrl', 'proxyUrl'] as const)
    .filter((setting) => texts[setting]?.includes(token))
    .map((setting) => ({ setting, message: 'contains the token; remove it' }))
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
    serviceLevelSeconds: values.serviceLevelSeconds,
    reports: reportSettings(values),
  }
}

function reportSettings({
  reports,
  refreshInterval,
  timeout,
  staleAfter,
}: Pick<SettingValues, 'reports' | 'refreshInterval' | 'timeout' | 'staleAfter'>): ReportSettings[] {
  return reports.map((name) => {
    const refreshIntervalMs = refreshInterval ?? reportNamed(name).defaultIntervalMs
    const staleAfterMs =
      staleAfter ??
      Math.max(refreshIntervalMs * STALE_AFTER_INTERVALS, shortestStaleAfter(refreshIntervalMs, timeout))
    return { name, refreshIntervalMs, staleAfterMs }
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
  if (reports === undefined || timeout === undefined || staleAfter === undefined) return []
  return reportSettings({ reports, refreshInterval, timeout, staleAfter }).flatMap(
    ({ name, refreshIntervalMs }) => {
      const shortest = shortestStaleAfter(refreshIntervalMs, timeout)
      if (staleAfter >= shortest) return []
      const of = reports.length > 1 ? ` of ${name}` : ''
      const message =
        `must be at least ${formatDuration(shortest)}: the refresh interval${of} ` +
        `(${formatDuration(refreshIntervalMs)}) plus the timeout (${formatDuration(timeout)})`
      return [{ setting: 'staleAfter', message } as const]
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
  const intervals = reportSettings({ reports, refreshInterval, timeout: timeout ?? 0, staleAfter })
  const excess = excessOf(dailyCallsOf([{ name: '', licenses, reports: intervals }]))
  return excess === undefined ? [] : [{ setting: 'refreshInterval', message: excess }]
}
