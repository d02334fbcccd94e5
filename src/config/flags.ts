import { parseArgs } from 'node:util'
import { ConfigError } from './config-error.ts'

interface Flag {
  readonly name: string
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  readonly short?: string
  /** As `--help` shows it. */
  readonly default: string
  readonly meaning: string
}

/** Default of `--storage.path`; the demo stores nothing. */
export const STORAGE_PATH = 'data/'

/** Flags that every command accepts, named as in Prometheus. */
export const commonFlags = [
  {
    name: 'config.file',
    type: 'string',
    default: 'none',
    meaning:
      'YAML file that describes the operations, instead of environment variables; not for demo and simulate',
  },
  {
    name: 'config.auto-reload',
    type: 'boolean',
    default: 'off',
    meaning: 'reload when the configuration file changes; without it, only on SIGHUP or POST /-/reload',
  },
  {
    name: 'web.listen-address',
    type: 'string',
    multiple: true,
    default: ':9989',
    meaning: '[host]:port or unix:/path, may be given several times; :0 takes a free port and logs it',
  },
  { name: 'web.telemetry-path', type: 'string', default: '/metrics', meaning: 'path of the metrics' },
  {
    name: 'web.config.file',
    type: 'string',
    default: 'none',
    meaning: 'YAML file of TLS and authentication, in the format of the Prometheus exporter-toolkit',
  },
  {
    name: 'web.enable-lifecycle',
    type: 'boolean',
    default: 'off',
    meaning: 'allow POST /-/reload, which reads the configuration again; SIGHUP does so in any case',
  },
  {
    name: 'storage.path',
    type: 'string',
    default: `${STORAGE_PATH}, none for demo`,
    meaning:
      "folder for the data that survives a restart: the last good data and the day's request count; empty stores nothing",
  },
  {
    name: 'shard',
    type: 'string',
    default: '0',
    meaning: 'serve only the accounts on this shard, a number from 0; auto takes it from the name of the pod',
  },
  {
    name: 'total-shards',
    type: 'string',
    default: '1',
    meaning: 'number of shards that the accounts are distributed over',
  },
  {
    name: 'log.level',
    type: 'string',
    default: 'info',
    meaning: 'fatal, error, warn, info, debug, trace or silent',
  },
  {
    name: 'log.format',
    type: 'string',
    default: 'json',
    meaning: 'json or pretty (pretty by default on a terminal)',
  },
  { name: 'version', type: 'boolean', default: 'off', meaning: 'print the version' },
  { name: 'help', type: 'boolean', short: 'h', default: 'off', meaning: 'print this help' },
] as const satisfies readonly Flag[]

/** Flags of the simulated contact centre, for `demo` and `simulate`. */
export const simulatorFlags = [
  { name: 'simulator.agents', type: 'string', default: '200', meaning: 'how many agents' },
  { name: 'simulator.seed', type: 'string', default: '1', meaning: 'the same seed gives the same day' },
  {
    name: 'simulator.speed',
    type: 'string',
    default: '1',
    meaning: 'simulated seconds per second; 0 stops the clock',
  },
  {
    name: 'simulator.start',
    type: 'string',
    default: '10:30',
    meaning: 'time of day at which the simulation starts',
  },
  {
    name: 'simulator.listen-address',
    type: 'string',
    default: '127.0.0.1:9988',
    meaning: 'where the simulated API listens; demo takes a free port',
  },
] as const satisfies readonly Flag[]

type KnownFlag = (typeof commonFlags | typeof simulatorFlags)[number]

export type FlagName = KnownFlag['name']

/** The default of each flag, as a text that the command line could have, if it has one. */
export const flagDefaults = Object.fromEntries(
  [...commonFlags, ...simulatorFlags].map((flag) => [flag.name, flag.default]),
) as { readonly [Flag in KnownFlag as Flag['name']]: Flag['default'] }

/** The parsed command line: the command and the texts of each flag that is set. */
export interface Arguments {
  readonly command: string
  readonly flags: ReadonlyMap<FlagName, readonly string[]>
}

/** The text of a flag; of several, the last one. */
export function lastText(flags: Arguments['flags'], name: FlagName): string | undefined {
  return flags.get(name)?.at(-1)
}

const DEFAULT_COMMAND = 'serve'
const SIMULATOR_COMMANDS: ReadonlySet<string> = new Set(['demo', 'simulate'])

/** Flags about the operations of a real account. */
const OF_OPERATIONS: ReadonlySet<string> = new Set([
  'config.file',
  'config.auto-reload',
  'shard',
  'total-shards',
])

/**
 * Reads the command line: at most one command, then flags as `--flag=value` or `--flag value`.
 *
 * @param argv without the name of the program
 * @throws ConfigError for an unknown flag, a flag without its value, or more than one command
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const all: readonly Flag[] = [...commonFlags, ...simulatorFlags]
  const options = Object.fromEntries(
    all.map(
      ({ name, type, multiple = false, short }) =>
        [name, { type, multiple, ...(short && { short }) }] as const,
    ),
  )
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, allowNegative: true })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new ConfigError([`${error.message.split(/\.?\s*\n|\. /)[0]}; see --help`])
  }
  const { positionals, values } = parsed
  const command = positionals[0] ?? DEFAULT_COMMAND
  if (positionals.length > 1)
    throw new ConfigError([`several commands given: ${positionals.join(', ')}; keep one, see --help`])
  const flags = new Map<FlagName, readonly string[]>()
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith('simulator.') && !SIMULATOR_COMMANDS.has(command)) {
      throw new ConfigError([
        `--${name}: only for the commands ${[...SIMULATOR_COMMANDS].join(' and ')}; remove it`,
      ])
    }
    if (OF_OPERATIONS.has(name) && value !== false && SIMULATOR_COMMANDS.has(command)) {
      throw new ConfigError([`--${name}: ${command} simulates its operation; remove it`])
    }
    if (value !== undefined && value !== false) flags.set(name as FlagName, [value].flat().map(String))
  }
  return { command, flags }
}
