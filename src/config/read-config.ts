import { ConfigError } from './config-error.ts'
import { readEnvironment } from './environment.ts'
import { type Arguments, lastText } from './flags.ts'
import type { Config } from './operation.ts'
import { pathProblems } from './text-problems.ts'
import { CONFIG_FILE, type Environment, readVariable } from './variables.ts'

const FLAG = '--config.file'

/**
 * Reads the configuration file if the flag or its variable names one, else the operation of the environment. The code of the file
 * and the YAML parser are loaded only with a file. A malformed flag is an error without a message: the caller also runs
 * `readFlags`, which reports it.
 *
 * @param hasEnvFile called if a required variable is missing, to give a hint
 * @throws ConfigError with every problem
 */
export async function readConfig(
  { flags }: Arguments,
  environment: Environment,
  hasEnvFile?: () => Promise<boolean>,
): Promise<Config> {
  const flag = lastText(flags, 'config.file') || undefined
  const variable = readVariable(environment, CONFIG_FILE)
  const path = flag ?? variable
  if (path === undefined) {
    if (!flags.has('config.auto-reload')) return readEnvironment(environment, hasEnvFile)
    throw new ConfigError([`--config.auto-reload: needs ${FLAG}; the environment does not change`])
  }
  if (flag !== undefined && variable !== undefined && flag !== variable) {
    throw new ConfigError([`${CONFIG_FILE}: names another file than ${FLAG}; keep one of the two`])
  }
  const problems = pathProblems(path)
  if (problems.length > 0) {
    throw new ConfigError(flag === undefined ? problems.map((problem) => `${CONFIG_FILE}: ${problem}`) : [])
  }
  const { readConfigFile } = await import('./config-file.ts')
  return readConfigFile(path, flag === undefined ? CONFIG_FILE : FLAG, environment)
}
