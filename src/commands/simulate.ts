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
    return await startSimulator({ ...simulatorDefaults, agents, seed, speed, startAt, host, port })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new ListenError({ host, port }, String(error.code), { cause: error })
  }
}
