import { readBoth } from '../config/config-error.ts'
import type { ListenAddress } from '../config/listen-address.ts'
import { readFlags } from '../config/process.ts'
import { readSimulation, type SimulationConfig } from '../config/simulation.ts'
import { ListenError } from '../server/listen-error.ts'
import { type Simulator, simulatorDefaults, startSimulator } from '../simulator/simulator.ts'
import type { Command } from './command.ts'
import { aborted } from './serve.ts'

/** Serves the simulated wolkvox API alone, until the process is asked to end. */
export const simulate: Command = async (args, { print, ending }) => {
  const [, simulation] = readBoth(
    () => readFlags(args),
    () => readSimulation(args),
  )
  const { host, port } = simulatorDefaults
  const simulator = await listenAndSimulate(simulation, simulation.listenAddress ?? { host, port })
  print(`
  A simulated wolkvox with ${simulation.agents} agents. To point the exporter at it, in another terminal:

    WOLKVOX_BASE_URL=${simulator.url} WOLKVOX_SERVER=${simulatorDefaults.server} WOLKVOX_TOKEN=${simulatorDefaults.token} npm start

  Ctrl-C ends it.

`)
  await aborted(ending)
  await simulator.close()
  return 0
}

// A centre of a few agents must not run out of calls within the hour that somebody looks at it.
const MIN_LICENSES = 20

/** Licences of a simulated centre of this size; each allows 1,000 calls a day. */
export function licensesFor(agents: number): number {
  return Math.max(agents, MIN_LICENSES)
}

/**
 * Starts the simulator where it is to listen.
 *
 * @throws ListenError with what to do about it
 */
export async function listenAndSimulate(
  { agents, seed, speed, startAt }: SimulationConfig,
  { host = simulatorDefaults.host, port }: ListenAddress,
): Promise<Simulator> {
  try {
    const licenses = licensesFor(agents)
    return await startSimulator({ ...simulatorDefaults, agents, licenses, seed, speed, startAt, host, port })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new ListenError({ host, port }, String(error.code), '--simulator.listen-address', { cause: error })
  }
}
