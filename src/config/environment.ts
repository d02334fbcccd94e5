import { access } from 'node:fs/promises'
import { endsWithin } from '../clock.ts'
import { formatDuration } from '../units.ts'
import type { CaFile } from './ca-file.ts'
import { ConfigError, configFileUnsupported } from './config-error.ts'
import { type Config, defaultBaseUrl, type Operation } from './operation.ts'
import { routeFromEnvironment } from './proxy.ts'
import { readOperation } from './read-operation.ts'
import { type SettingName, settingNames, settings } from './settings.ts'
import { pathProblems } from './text-problems.ts'
import { readTokenFile } from './token-file.ts'

// The interval that wolkvox's documentation suggests for the agents report.
const SUGGESTED_INTERVAL_MS = 300_000

/** The variable of each setting. */
const VARIABLE = Object.fromEntries(settingNames.map((name) => [name, settings[name].variable])) as Readonly<
  Record<SettingName, string>
>

const DEMO_HINT = 'No account? `npm run demo` serves the metrics of a simulated contact centre.'

/**
 * Reads one operation from the environment.
 *
 * @param hasEnvFile called if a required variable is missing, to give a hint
 * @returns a configuration with that one operation
 * @throws ConfigError with every problem, each with its variable and what to do
 */
export async function readEnvironment(
  environment: Environment,
  hasEnvFile: () => Promise<boolean> = async () => false,
): Promise<Config> {
  const token = await readToken(environment)
  const texts = Object.fromEntries(
    settingNames.map((name) => [name, readVariable(environment, VARIABLE[name])]),
  )
  // Omit the path: `readToken` has already read the file.
  const read = readOperation({ ...texts, token: token.text, tokenFile: undefined })
  const outbound = readRoute(environment)
  const ca = await readCa(environment)
  const variableOf = (setting: SettingName) => (setting === 'token' ? token.variable : VARIABLE[setting])
  const problems = [
    ...token.problems,
    ...(read.ok ? [] : read.problems)
      .filter(({ setting }) => setting !== 'token' || token.problems.length === 0)
      .map(({ setting, message }) => `${variableOf(setting)}: ${message}`),
    ...outbound.problems,
    ...ca.problems,
    ...(readVariable(environment, 'WOLKVOX_CONFIG_FILE')
      ? [`WOLKVOX_CONFIG_FILE: ${configFileUnsupported}`]
      : []),
  ]
  const unknown = unknownVariables(environment)
  if (!read.ok || problems.length > 0) {
    const nothingSet = variables.every(([name]) => readVariable(environment, name) === undefined)
    const isMissing =
      environment[VARIABLE.server] === undefined ||
      (environment[VARIABLE.token] === undefined && environment[VARIABLE.tokenFile] === undefined)
    const envFileHint = isMissing && (await hasEnvFile()) ? [ENV_FILE_HINT] : []
    throw new ConfigError([...problems, ...unknown, ...envFileHint, ...(nothingSet ? [DEMO_HINT] : [])])
  }
  const operation: Operation = {
    ...read.operation,
    route: outbound.route ?? { ...read.operation.route, source: VARIABLE.proxyUrl },
    caCertificates: ca.certificates,
  }
  const files = [VARIABLE.tokenFile, VARIABLE.caFile]
    .map((variable) => readVariable(environment, variable))
    .filter((path) => path !== undefined)
  // The environment of a process does not change, so both read the same.
  const reload = () => readEnvironment(environment)
  return {
    operations: [operation],
    warnings: [...unknown, ...shortInterval(operation), ...longTimeout(operation), ...ca.warnings],
    source: { files, refresh: reload, reload },
  }
}

/** The route that other programs' variables choose; none if the setting names one, which has precedence. */
function readRoute(environment: Environment) {
  const isChosen = readVariable(environment, VARIABLE.proxyUrl) !== undefined
  const server = readVariable(environment, VARIABLE.server) ?? ''
  const target = URL.parse(readVariable(environment, VARIABLE.baseUrl) ?? defaultBaseUrl(server))
  if (isChosen || target === null) return { route: undefined, problems: [] }
  return routeFromEnvironment(environment, target)
}

const NO_CA: CaFile = { certificates: undefined, problems: [], warnings: [] }

/** Reads the CA file, unless there is none or its path is wrong, which is reported like any wrong setting. */
async function readCa(environment: Environment): Promise<CaFile> {
  const path = readVariable(environment, VARIABLE.caFile)
  if (path === undefined || pathProblems(path).length > 0) return NO_CA
  const { readCaFile } = await import('./ca-file.ts')
  const { certificates, problems, warnings } = await readCaFile(path, Date.now())
  return {
    certificates,
    problems: named(VARIABLE.caFile, problems),
    warnings: named(VARIABLE.caFile, warnings),
  }
}

interface TokenText {
  readonly variable: string
  readonly text: string | undefined
  readonly problems: readonly string[]
}

async function readToken(environment: Environment): Promise<TokenText> {
  const text = readVariable(environment, VARIABLE.token)
  const path = readVariable(environment, VARIABLE.tokenFile)
  if (path === undefined) {
    const isEmpty = text === undefined && environment[VARIABLE.token] !== undefined
    const problems = isEmpty ? named(VARIABLE.token, ['is empty; set it to the wolkvox token']) : []
    return { variable: VARIABLE.token, text, problems }
  }
  if (text !== undefined) {
    return {
      variable: VARIABLE.token,
      text,
      problems: named(VARIABLE.tokenFile, [`set together with ${VARIABLE.token}; keep one of the two`]),
    }
  }
  const wrong = pathProblems(path)
  const file = wrong.length > 0 ? { text: undefined, problems: wrong } : await readTokenFile(path)
  return {
    variable: VARIABLE.tokenFile,
    text: file.text,
    problems: named(VARIABLE.tokenFile, file.problems),
  }
}

const named = (variable: string, problems: readonly string[]) =>
  problems.map((problem) => `${variable}: ${problem}`)

function shortInterval({ reports }: Operation): string[] {
  const refreshIntervalMs = Math.min(...reports.map((report) => report.refreshIntervalMs))
  if (refreshIntervalMs >= SUGGESTED_INTERVAL_MS) return []
  const interval = formatDuration(refreshIntervalMs)
  return [
    `${VARIABLE.refreshInterval}: ${interval} is shorter than the 5m that wolkvox suggests; every call counts against the daily quota`,
  ]
}

function longTimeout({ timeoutMs, reports }: Operation): string[] {
  const refreshIntervalMs = Math.min(...reports.map((report) => report.refreshIntervalMs))
  if (timeoutMs <= refreshIntervalMs) return []
  const [timeout, interval] = [formatDuration(timeoutMs), formatDuration(refreshIntervalMs)]
  return [
    `${VARIABLE.timeout}: ${timeout} is longer than the refresh interval of ${interval}; a slow request skips the next refreshes`,
  ]
}

/** The environment variables of the exporter, as `--help` lists them. */
export const variables: readonly (readonly [name: string, defaultText: string, meaning: string])[] = [
  ...Object.values(settings).map(
    ({ variable, default: defaultText, meaning }) => [variable, defaultText, meaning] as const,
  ),
  ['WOLKVOX_CONFIG_FILE', 'none', 'same as --config.file; not supported yet'],
]

/** The environment of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The trimmed text of a variable. Empty counts as not set, because container tools pass empty variables. */
function readVariable(environment: Environment, variable: string): string | undefined {
  return environment[variable]?.trim() || undefined
}

// Kubernetes sets these in every container of a namespace that has a Service with such a name.
const SET_BY_KUBERNETES = /^WOLKVOX_(\w+_)?(SERVICE_(HOST|PORT)|PORT(_|$))/

// The build of the image sets it.
const REVISION = 'WOLKVOX_EXPORTER_REVISION'

// An env file may leave a byte order mark or `export` before a name.
const PREFIXED_NAME = /^(?<prefix>\W*(?:export\s+)?)(?<name>WOLKVOX_\w*)/i

/** Equal for names that differ only in case or, as LICENCES and LICENSES do, in C and S. */
const spelling = (name: string) => name.toUpperCase().replaceAll('C', 'S')

/** A warning for each unknown variable that starts with WOLKVOX_: it is probably misspelled. */
function unknownVariables(environment: Environment): string[] {
  const known = new Set<string>(variables.map(([name]) => name))
  return Object.keys(environment).flatMap((variable) => {
    const { prefix = '', name = '' } = PREFIXED_NAME.exec(variable)?.groups ?? {}
    if (prefix !== '')
      return [`${name}: has characters before its name, such as a byte order mark; remove them`]
    if (name === '' || known.has(variable) || SET_BY_KUBERNETES.test(variable) || variable === REVISION)
      return []
    const similar = [...known].find((other) => spelling(other) === spelling(variable))
    return [
      `${variable}: unknown variable; ${similar === undefined ? 'see --help' : `did you mean ${similar}?`}`,
    ]
  })
}

const ENV_FILE_HINT =
  'The .env file in this folder is not read. Start with `npx node --env-file=.env bin/wolkvox-exporter.cjs`.'

// The file only decides whether to give a hint.
const ENV_FILE_TIMEOUT_MS = 1000

/** Whether the current folder has a `.env` file. Docker Compose reads it, the exporter does not. */
export async function hasEnvFile(path = '.env'): Promise<boolean> {
  try {
    return await endsWithin(ENV_FILE_TIMEOUT_MS, access(path))
  } catch {
    return false
  }
}
