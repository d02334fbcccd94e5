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

/** Flags that every command takes, spelled as Prometheus spells them. */
export const commonFlags = [
  {
    name: 'config.file',
    type: 'string',
    default: 'none',
    meaning: 'YAML file that describes several operations; not supported yet',
  },
  {
    name: 'web.listen-address',
    type: 'string',
    multiple: true,
    default: ':9989',
    meaning: '[host]:port, may be given several times; :0 takes a free port and logs it',
  },
  { name: 'web.telemetry-path', type: 'string', default: '/metrics', meaning: 'where the metrics are' },
  {
    name: 'web.config.file',
    type: 'string',
    default: 'none',
    meaning: 'TLS and authentication, as in the Prometheus exporter-toolkit; not supported yet',
  },
  {
    name: 'web.enable-lifecycle',
    type: 'boolean',
    default: 'off',
    meaning: 'allow POST /-/reload; not supported yet',
  },
  {
    name: 'storage.path',
    type: 'string',
    default: 'data/, none for demo',
    meaning: "where the last good data and the day's count of calls survive a restart; empty keeps nothing",
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
  { name: 'help', type: 'boolean', short: 'h', default: 'off', meaning: 'print this' },
] as const satisfies readonly Flag[]

/** Flags of the simulated contact centre, for `demo` and `simulate`. */
export const simulatorFlags = [
  { name: 'simulator.agents', type: 'string', default: '200', meaning: 'how many agents' },
  { name: 'simulator.seed', type: 'string', default: '1', meaning: 'the same seed gives the same day' },
  {
    name: 'simulator.speed',
    type: 'string',
    default: '1',
    meaning: 'simulated seconds a second; 0 stands still',
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

export type FlagName = (typeof commonFlags | typeof simulatorFlags)[number]['name']

/** What was given on the command line: the command's name and the text of each flag that was set. */
export interface Arguments {
  readonly command: string
  readonly flags: ReadonlyMap<FlagName, readonly string[]>
}

const DEFAULT_COMMAND = 'serve'
const SIMULATING: ReadonlySet<string> = new Set(['demo', 'simulate'])

/**
 * Reads the command line: at most one command, then flags as `--flag=value` or `--flag value`.
 *
 * @param argv without the program's own name
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
    throw new ConfigError([`one command at a time, not ${positionals.join(' ')}; see --help`])
  const flags = new Map<FlagName, readonly string[]>()
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith('simulator.') && !SIMULATING.has(command)) {
      throw new ConfigError([`--${name} is for the commands ${[...SIMULATING].join(' and ')}; see --help`])
    }
    if (value !== undefined && value !== false) flags.set(name as FlagName, [value].flat().map(String))
  }
  return { command, flags }
}
