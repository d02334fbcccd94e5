import { ConfigError } from './config-error.ts'
import type { Arguments, FlagName } from './flags.ts'
import { parseTcpAddress, type TcpAddress } from './listen-address.ts'

/** The settings of the simulated contact centre. */
export interface SimulationConfig {
  readonly agents: number
  readonly seed: number
  /** Simulated seconds per second. */
  readonly speed: number
  /** Time of day, `HH:MM`. */
  readonly startAt: string
  /** If `undefined`, the default of the command applies. */
  readonly listenAddress: TcpAddress | undefined
}

// wolkvox sends at most this many records in one response.
const MAX_AGENTS = 60_000

/**
 * Reads the simulator's flags.
 *
 * @throws ConfigError with every problem, each with its flag and what to do
 */
export function readSimulation({ flags }: Arguments): SimulationConfig {
  const problems: string[] = []

  function read<T>(
    name: FlagName,
    defaultValue: T,
    parse: (text: string) => T | undefined,
    expected: string,
  ): T {
    const text = flags.get(name)?.at(-1)
    if (text === undefined) return defaultValue
    const value = parse(text)
    if (value === undefined) problems.push(`--${name}: must be ${expected}`)
    return value ?? defaultValue
  }

  const upTo = (max: number) => (text: string) =>
    /^\d{1,9}$/.test(text) && Number(text) <= max ? Number(text) : undefined
  const config: SimulationConfig = {
    agents: read('simulator.agents', 200, upTo(MAX_AGENTS), `a whole number up to ${MAX_AGENTS}`),
    seed: read('simulator.seed', 1, upTo(999_999_999), 'a whole number of at most nine digits'),
    speed: read(
      'simulator.speed',
      1,
      (text) => (/^\d{1,4}(\.\d+)?$/.test(text) ? Number(text) : undefined),
      'a number from 0 to 9999',
    ),
    startAt: read(
      'simulator.start',
      '10:30',
      (text) => (/^([01]\d|2[0-3]):[0-5]\d$/.test(text) ? text : undefined),
      'a time of day such as 10:30',
    ),
    listenAddress: read(
      'simulator.listen-address',
      undefined,
      parseTcpAddress,
      '[host]:port, such as 127.0.0.1:9988',
    ),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}
