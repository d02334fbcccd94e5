import { ConfigError } from './config-error.ts'
import type { Arguments, FlagName } from './flags.ts'
import { type ListenAddress, parseListenAddress } from './listen-address.ts'

/** The simulated contact centre that was asked for. */
export interface SimulationConfig {
  readonly agents: number
  readonly seed: number
  /** Simulated seconds a second. */
  readonly speed: number
  /** Time of day, `HH:MM`. */
  readonly startAt: string
  /** Not given: each command has a default of its own. */
  readonly listenAddress: ListenAddress | undefined
}

// The most that one answer of wolkvox holds.
const MAX_AGENTS = 60_000

/**
 * Reads the simulator's flags.
 *
 * @throws ConfigError with every problem at once, each naming its flag and what would be right
 */
export function readSimulation({ flags }: Arguments): SimulationConfig {
  const problems: string[] = []

  function read<T>(name: FlagName, otherwise: T, parse: (text: string) => T | undefined, right: string): T {
    const text = flags.get(name)?.at(-1)
    if (text === undefined) return otherwise
    const value = parse(text)
    if (value === undefined) problems.push(`--${name}: must be ${right}`)
    return value ?? otherwise
  }

  const whole = (most: number) => (text: string) =>
    /^\d{1,9}$/.test(text) && Number(text) <= most ? Number(text) : undefined
  const config: SimulationConfig = {
    agents: read('simulator.agents', 200, whole(MAX_AGENTS), `a whole number up to ${MAX_AGENTS}`),
    seed: read('simulator.seed', 1, whole(999_999_999), 'a whole number of at most nine digits'),
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
      parseListenAddress,
      '[host]:port, such as 127.0.0.1:9988',
    ),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}
