import { MAX_RECORDS } from '../wolkvox/values.ts'
import { ConfigError } from './config-error.ts'
import { type Arguments, type FlagName, flagDefaults, lastText } from './flags.ts'
import { parseTcpAddress, type TcpAddress } from './listen-address.ts'

/** The settings of the simulated contact centre. */
export interface SimulationConfig {
  readonly agents: number
  readonly seed: number
  /** Simulated seconds per second. */
  readonly speed: number
  /** Time of day, `HH:MM`. */
  readonly startAt: string
  readonly listenAddress: TcpAddress
}

// The agents report has one record per agent.
const MAX_AGENTS = MAX_RECORDS

const MAX_SPEED = 9999

/**
 * Reads the simulator's flags.
 *
 * @param defaults of the command
 * @throws ConfigError with every problem, each with its flag and what to do
 */
export function readSimulation(
  { flags }: Arguments,
  defaults: { readonly listenAddress: string } = { listenAddress: flagDefaults['simulator.listen-address'] },
): SimulationConfig {
  const problems: string[] = []

  function read<T>(
    name: FlagName,
    parse: (text: string) => T | undefined,
    expected: string,
    defaultText: string = flagDefaults[name],
  ): T {
    const value = parse(lastText(flags, name) ?? defaultText)
    if (value === undefined) problems.push(`--${name}: must be ${expected}`)
    // The problem recorded above prevents the return.
    return value as T
  }

  const upTo = (max: number) => (text: string) =>
    /^\d{1,9}$/.test(text) && Number(text) <= max ? Number(text) : undefined
  const config: SimulationConfig = {
    agents: read('simulator.agents', upTo(MAX_AGENTS), `a whole number up to ${MAX_AGENTS}`),
    seed: read('simulator.seed', upTo(999_999_999), 'a whole number of at most nine digits'),
    speed: read(
      'simulator.speed',
      (text) => (/^\d{1,4}(\.\d+)?$/.test(text) && Number(text) <= MAX_SPEED ? Number(text) : undefined),
      `a number from 0 to ${MAX_SPEED}`,
    ),
    startAt: read(
      'simulator.start',
      (text) => (/^([01]\d|2[0-3]):[0-5]\d$/.test(text) ? text : undefined),
      'a time of day such as 10:30',
    ),
    listenAddress: read(
      'simulator.listen-address',
      parseTcpAddress,
      '[host]:port, such as 127.0.0.1:9988',
      defaults.listenAddress,
    ),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}
