import { access } from 'node:fs/promises'
import { endsWithin } from '../clock.ts'
import { ConfigError } from './config-error.ts'
import { loadOperation } from './load-operation.ts'
import type { Config } from './operation.ts'
import type { SettingProblem } from './read-operation.ts'
import { type SettingName, settings } from './settings.ts'
import {
  type Environment,
  readVariable,
  unknownVariableWarnings,
  variableSettings,
  variables,
} from './variables.ts'

/** The variable of a setting. */
const nameOf = (setting: SettingName) => settings[setting].variable ?? settings[setting].key

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
  const operationWarnings = named(loaded.warnings)
  // The environment of a process does not change, so both read the same.
  const readAgain = () => readEnvironment(environment)
  return {
    operations: [operation],
    warnings: [...unknown, ...operationWarnings],
    warnedOperations: new Map(operationWarnings.map((warning) => [warning, [operation.name]])),
    source: { files, readFiles: readAgain, readAll: readAgain },
  }
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
