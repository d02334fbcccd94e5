import { access } from 'node:fs/promises'
import { endsWithin } from '../clock.ts'
import { ConfigError } from './config-error.ts'
import { loadOperation } from './load-operation.ts'
import type { Config } from './operation.ts'
import type { SettingProblem } from './read-operation.ts'
import { type SettingName, settingNames, settings } from './settings.ts'
import { similarName } from './similar-name.ts'

/** The settings that have a variable. Others are only in a configuration file. */
export const variableSettings: readonly (readonly [setting: SettingName, variable: string])[] =
  settingNames.flatMap((name) => {
    const { variable } = settings[name]
    return variable === undefined ? [] : [[name, variable]]
  })

/** The variable of a setting. */
const nameOf = (setting: SettingName) => settings[setting].variable ?? settings[setting].key

/** The variable with the path of the configuration file. */
export const CONFIG_FILE = 'WOLKVOX_CONFIG_FILE'

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
  const texts = Object.fromEntries(
    variableSettings.map(([setting, variable]) => [setting, readVariable(environment, variable)]),
  )
  const isTokenEmpty = environment[nameOf('token')] !== undefined && texts.tokenFile === undefined
  const loaded = await loadOperation(
    { ...texts, token: texts.token ?? (isTokenEmpty ? '' : undefined) },
    { environment, folder: undefined, nameOf },
  )
  const named = (problems: readonly SettingProblem[]) =>
    problems.map(({ setting, message }) => `${nameOf(setting)}: ${message}`)
  const { operation, files } = loaded
  const unknown = unknownVariableWarnings(environment)
  if (operation === undefined) {
    const nothingSet = variables.every(([name]) => readVariable(environment, name) === undefined)
    const isMissing =
      environment[nameOf('server')] === undefined ||
      (environment[nameOf('token')] === undefined && environment[nameOf('tokenFile')] === undefined)
    const envFileHint = isMissing && (await hasEnvFile()) ? [ENV_FILE_HINT] : []
    throw new ConfigError([
      ...named(loaded.problems),
      ...loaded.environmentProblems,
      ...unknown,
      ...envFileHint,
      ...(nothingSet ? [DEMO_HINT] : []),
    ])
  }
  // The environment of a process does not change, so both read the same.
  const reload = () => readEnvironment(environment)
  return {
    operations: [operation],
    warnings: [...unknown, ...named(loaded.warnings)],
    source: { files, refresh: reload, reload },
  }
}

/** The environment variables of the exporter, as `--help` lists them. */
export const variables: readonly (readonly [name: string, defaultText: string, meaning: string])[] = [
  ...variableSettings.map(([setting, variable]) => {
    const { default: defaultText, meaning } = settings[setting]
    return [variable, defaultText, meaning] as const
  }),
  [CONFIG_FILE, 'none', 'same as --config.file'],
]

/** The environment of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The trimmed text of a variable. Empty counts as not set, because container tools pass empty variables. */
export function readVariable(environment: Environment, variable: string): string | undefined {
  return environment[variable]?.trim() || undefined
}

// Kubernetes sets these in every container of a namespace that has a Service with such a name.
const SET_BY_KUBERNETES = /^WOLKVOX_(\w+_)?(SERVICE_(HOST|PORT)|PORT(_|$))/

// The build of the image sets it.
const REVISION = 'WOLKVOX_EXPORTER_REVISION'

// An env file may leave a byte order mark or `export` before a name.
const PREFIXED_NAME = /^(?<prefix>\W*(?:export\s+)?)(?<name>WOLKVOX_\w*)/i

/** A warning for each unknown variable that starts with WOLKVOX_: it is probably misspelled. @param others known in addition */
export function unknownVariableWarnings(environment: Environment, others: readonly string[] = []): string[] {
  const known = new Set<string>([...variables.map(([name]) => name), ...others])
  return Object.keys(environment).flatMap((variable) => {
    const { prefix = '', name = '' } = PREFIXED_NAME.exec(variable)?.groups ?? {}
    if (prefix !== '')
      return [`${name}: has characters before its name, such as a byte order mark; remove them`]
    if (name === '' || known.has(variable) || SET_BY_KUBERNETES.test(variable) || variable === REVISION)
      return []
    const similar = similarName(variable, known)
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
