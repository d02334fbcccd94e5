import { ConfigError } from './config-error.ts'
import { type Arguments, type FlagName, flagDefaults, lastText, STORAGE_PATH } from './flags.ts'
import { type ListenAddress, MAX_PATH_BYTES, parseListenAddress } from './listen-address.ts'
import { pathProblems, textProblems } from './text-problems.ts'

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export const logFormats = ['json', 'pretty'] as const

/** The settings of the process: where it listens, stores and logs. */
export interface ProcessConfig {
  readonly listenAddresses: readonly ListenAddress[]
  readonly telemetryPath: string
  /** File of TLS and authentication; empty for plain HTTP. */
  readonly webConfigFile: string
  /** Whether a change of the configuration file reloads everything. */
  readonly autoReload: boolean
  /** Whether `POST /-/reload` is allowed. */
  readonly enableLifecycle: boolean
  /** Folder for the data that survives a restart; empty stores nothing. */
  readonly storagePath: string
  readonly logLevel: (typeof logLevels)[number]
  /** Default: pretty on a terminal, JSON elsewhere. */
  readonly logFormat: (typeof logFormats)[number] | undefined
}

// Paths of other routes. `/` is allowed and replaces the status page.
const RESERVED = /^\/(-(\/|$)|sd\/?$)/

/**
 * Reads the flags of the process.
 *
 * @param defaults of the command
 * @throws ConfigError with every problem, each with its flag and what to do
 */
export function readFlags(
  { flags: allFlags }: Arguments,
  defaults = { storagePath: STORAGE_PATH },
): ProcessConfig {
  const malformed = new Map([...allFlags].map(([name, texts]) => [name, flagTextProblems(name, texts)]))
  const problems = [...malformed.values()].flat()
  const flags = new Map([...allFlags].filter(([name]) => malformed.get(name)?.length === 0))
  const last = (name: FlagName) => lastText(flags, name)

  const listenAddresses = (flags.get('web.listen-address') ?? [flagDefaults['web.listen-address']]).map(
    (text) => {
      const address = parseListenAddress(text)
      if (address === undefined)
        problems.push(
          `--web.listen-address: ${text} must be [host]:port, such as :9989, or unix: with an absolute path of at most ${MAX_PATH_BYTES} bytes`,
        )
      return address
    },
  )
  const telemetryPath = last('web.telemetry-path') ?? flagDefaults['web.telemetry-path']
  if (!isPlainPath(telemetryPath) || RESERVED.test(telemetryPath)) {
    problems.push(
      '--web.telemetry-path: must start with / and have only plain characters, such as /metrics; /-/ and /sd are reserved',
    )
  }
  const logLevel = oneOf('log.level', logLevels) ?? flagDefaults['log.level']
  const logFormat = oneOf('log.format', logFormats)
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    listenAddresses: listenAddresses.filter((address) => address !== undefined),
    telemetryPath,
    webConfigFile: last('web.config.file') ?? '',
    autoReload: flags.has('config.auto-reload'),
    enableLifecycle: flags.has('web.enable-lifecycle'),
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

/** Clients resolve dot segments before they send a path, and some merge slashes: they would never request such a path. */
function isPlainPath(path: string): boolean {
  return /^\/[\w./~-]*$/.test(path) && !/\/\.{1,2}(\/|$)|\/\//.test(path)
}

const PATHS: ReadonlySet<FlagName> = new Set(['config.file', 'storage.path', 'web.config.file'])

/** The arguments of a container or of a systemd unit keep quotes that a shell would remove. */
function flagTextProblems(name: FlagName, texts: readonly string[]): string[] {
  if (name.startsWith('simulator.')) return []
  return texts
    .flatMap((text) => (PATHS.has(name) ? pathProblems(text) : textProblems(text, true)))
    .map((problem) => `--${name}: ${problem}`)
}
