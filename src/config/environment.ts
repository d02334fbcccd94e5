import { ConfigError } from './config-error.ts'
import { formatDuration } from './duration.ts'
import { ENV_FILE_HINT } from './env-file.ts'
import { noConfigFileYet } from './not-yet.ts'
import type { Config, Operation } from './operation.ts'
import { readOperation, type Setting, SUGGESTED_INTERVAL_MS } from './read-operation.ts'
import { pathProblems } from './text-problems.ts'
import { readTokenFile } from './token-file.ts'
import { type Environment, given, unknownVariables, type Variable, variables } from './variables.ts'

const VARIABLE_OF: Readonly<Record<Exclude<Setting, 'token'>, Variable>> = {
  server: 'WOLKVOX_SERVER',
  name: 'WOLKVOX_OPERATION',
  baseUrl: 'WOLKVOX_BASE_URL',
  licenses: 'WOLKVOX_LICENSES',
  timeZone: 'WOLKVOX_TIMEZONE',
  refreshInterval: 'WOLKVOX_REFRESH_INTERVAL',
  timeout: 'WOLKVOX_TIMEOUT',
  staleAfter: 'WOLKVOX_STALE_AFTER',
  maxResponseBytes: 'WOLKVOX_MAX_RESPONSE_BYTES',
  agentName: 'WOLKVOX_AGENT_NAME',
}

const DEMO_HINT = 'No account at hand? `npm run demo` shows everything with a simulated contact centre.'

/**
 * Reads one operation from the environment.
 *
 * @param hasEnvFile asked when something is missing; see env-file.ts
 * @returns a configuration with that one operation
 * @throws ConfigError with every problem at once, each naming its variable and what would be right
 */
export async function readEnvironment(
  environment: Environment,
  hasEnvFile: () => Promise<boolean> = async () => false,
): Promise<Config> {
  const text = (setting: keyof typeof VARIABLE_OF) => given(environment, VARIABLE_OF[setting])
  const token = await readToken(environment)
  const read = readOperation({
    server: text('server'),
    token: token.text,
    name: text('name'),
    baseUrl: text('baseUrl'),
    licenses: text('licenses'),
    timeZone: text('timeZone'),
    refreshInterval: text('refreshInterval'),
    timeout: text('timeout'),
    staleAfter: text('staleAfter'),
    maxResponseBytes: text('maxResponseBytes'),
    agentName: text('agentName'),
  })
  const variableOf = (setting: Setting) => (setting === 'token' ? token.variable : VARIABLE_OF[setting])
  const problems = [
    ...token.problems,
    ...(read.ok ? [] : read.problems)
      .filter(({ setting }) => setting !== 'token' || token.problems.length === 0)
      .map(({ setting, message }) => `${variableOf(setting)}: ${message}`),
    ...(given(environment, 'WOLKVOX_CONFIG_FILE') ? [`WOLKVOX_CONFIG_FILE: ${noConfigFileYet}`] : []),
  ]
  const unknown = unknownVariables(environment)
  if (!read.ok || problems.length > 0) {
    const nothingSet = variables.every(([name]) => given(environment, name) === undefined)
    const isMissing =
      environment.WOLKVOX_SERVER === undefined ||
      (environment.WOLKVOX_TOKEN === undefined && environment.WOLKVOX_TOKEN_FILE === undefined)
    const envFileHint = isMissing && (await hasEnvFile()) ? [ENV_FILE_HINT] : []
    throw new ConfigError([...problems, ...unknown, ...envFileHint, ...(nothingSet ? [DEMO_HINT] : [])])
  }
  return {
    operations: [read.operation],
    warnings: [...unknown, ...shortInterval(read.operation), ...longTimeout(read.operation)],
  }
}

interface TokenText {
  readonly variable: Variable
  readonly text: string | undefined
  readonly problems: readonly string[]
}

async function readToken(environment: Environment): Promise<TokenText> {
  const text = given(environment, 'WOLKVOX_TOKEN')
  const path = given(environment, 'WOLKVOX_TOKEN_FILE')
  if (path === undefined) {
    const isEmpty = text === undefined && environment.WOLKVOX_TOKEN !== undefined
    const problems = isEmpty ? ['WOLKVOX_TOKEN: is empty; set it to the wolkvox token'] : []
    return { variable: 'WOLKVOX_TOKEN', text, problems }
  }
  if (text !== undefined) {
    return {
      variable: 'WOLKVOX_TOKEN',
      text,
      problems: ['WOLKVOX_TOKEN_FILE: set together with WOLKVOX_TOKEN; keep one of the two'],
    }
  }
  const problems = pathProblems(path).map((problem) => `WOLKVOX_TOKEN_FILE: ${problem}`)
  return {
    variable: 'WOLKVOX_TOKEN_FILE',
    ...(problems.length > 0 ? { text: undefined, problems } : await readTokenFile(path)),
  }
}

function shortInterval({ refreshIntervalMs }: Operation): string[] {
  if (refreshIntervalMs >= SUGGESTED_INTERVAL_MS) return []
  const interval = formatDuration(refreshIntervalMs)
  return [
    `WOLKVOX_REFRESH_INTERVAL: ${interval} is shorter than the 5m wolkvox suggests; every call counts against the daily quota`,
  ]
}

function longTimeout({ refreshIntervalMs, timeoutMs }: Operation): string[] {
  if (timeoutMs <= refreshIntervalMs) return []
  const [timeout, interval] = [formatDuration(timeoutMs), formatDuration(refreshIntervalMs)]
  return [
    `WOLKVOX_TIMEOUT: ${timeout} is longer than the refresh interval of ${interval}; a slow call skips the next refreshes`,
  ]
}
