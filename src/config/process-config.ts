import { ConfigError } from './config-error.ts'
import type { Arguments, FlagName } from './flags.ts'
import { type ListenAddress, parseListenAddress } from './listen-address.ts'
import { noConfigFileYet, noReloadYet, noWebConfigYet } from './not-yet.ts'
import { pathProblems, textProblems } from './text-problems.ts'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export const logFormats = ['json', 'pretty'] as const

/** What the flags say: how the process is reached, where it logs. */
export interface ProcessConfig {
  readonly listenAddresses: readonly ListenAddress[]
  readonly telemetryPath: string
  /** Folder for what survives a restart; empty keeps nothing. */
  readonly storagePath: string
  readonly logLevel: (typeof logLevels)[number]
  /** Not given: pretty on a terminal, JSON elsewhere. */
  readonly logFormat: (typeof logFormats)[number] | undefined
}

const NOT_YET: Partial<Record<FlagName, string>> = {
  'config.file': noConfigFileYet,
  'web.config.file': noWebConfigYet,
  'web.enable-lifecycle': noReloadYet,
}

// Paths that answer something else already; `/` is free, then there is no landing page.
const TAKEN = /^\/-(\/|$)/

/**
 * Turns the flags into what the process needs.
 *
 * @param defaults where a command has its own
 * @throws ConfigError with every problem at once, each naming its flag and what would be right
 */
export function readFlags(
  { flags: allFlags }: Arguments,
  defaults = { storagePath: 'data/' },
): ProcessConfig {
  const malformed = new Map([...allFlags].map(([name, texts]) => [name, malformedTexts(name, texts)]))
  const problems = [...malformed.values()].flat()
  const flags = new Map([...allFlags].filter(([name]) => malformed.get(name)?.length === 0))
  const last = (name: FlagName) => flags.get(name)?.at(-1)

  for (const [name, sentence] of Object.entries(NOT_YET)) {
    if (last(name as FlagName)) problems.push(`--${name}: ${sentence}`)
  }
  const listenAddresses = (flags.get('web.listen-address') ?? [':9989']).map((text) => {
    const address = parseListenAddress(text)
    if (address === undefined)
      problems.push(`--web.listen-address: ${text} must be [host]:port, such as :9989`)
    return address
  })
  const telemetryPath = last('web.telemetry-path') ?? '/metrics'
  if (!isPlainPath(telemetryPath) || TAKEN.test(telemetryPath)) {
    problems.push('--web.telemetry-path: must start with / and be plain, such as /metrics, outside /-/')
  }
  const logLevel = oneOf('log.level', logLevels) ?? 'info'
  const logFormat = oneOf('log.format', logFormats)
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    listenAddresses: listenAddresses.filter((address) => address !== undefined),
    telemetryPath,
    storagePath: last('storage.path') ?? defaults.storagePath,
    logLevel,
    logFormat,
  }

  function oneOf<T extends string>(name: FlagName, choices: readonly T[]): T | undefined {
    const text = last(name)
    const choice = choices.find((candidate) => candidate === text)
    if (text !== undefined && choice === undefined) {
      problems.push(`--${name}: must be one of ${choices.join(', ')}`)
    }
    return choice
  }
}

/** Clients resolve dot segments before they send a path, and some merge slashes: such a path would never be asked for. */
function isPlainPath(path: string): boolean {
  return /^\/[\w./~-]*$/.test(path) && !/\/\.{1,2}(\/|$)|\/\//.test(path)
}

/** A container's list of arguments, or a unit, passes quotes on where a shell would remove them. */
function malformedTexts(name: FlagName, texts: readonly string[]): string[] {
  if (name.startsWith('simulator.')) return []
  return texts
    .flatMap((text) => (name === 'storage.path' ? pathProblems(text) : textProblems(text, true)))
    .map((problem) => `--${name}: ${problem}`)
}
