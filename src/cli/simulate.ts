import { whenAborted } from '../clock.ts'
import { collectErrors } from '../config/config-error.ts'
import { readFlags } from '../config/process-config.ts'
import { readSimulation, type SimulationConfig } from '../config/simulation.ts'
import { ListenError } from '../server/listen.ts'
import { type Simulator, simulatorDefaults, startSimulator } from '../simulator/simulator.ts'
import type { Command } from './command.ts'

/** Serves only the simulated wolkvox API, until shutdown or until the terminal is closed. */
export const simulate: Command = async (args, { print, shutdownSignal, hangup }) => {
  const [, simulation] = await collectErrors(
    () => readFlags(args),
    () => readSimulation(args),
  )
  const simulator = await listenAndSimulate(simulation)
  print(`
  A simulated wolkvox API with ${simulation.agents} agents. To start the exporter with it, run in another terminal:

    WOLKVOX_BASE_URL=${simulator.url} WOLKVOX_SERVER=${simulatorDefaults.server} WOLKVOX_TOKEN=${simulatorDefaults.token} WOLKVOX_REFRESH_INTERVAL=5s npm start

  Press Ctrl-C to stop.

`)
  await whenAborted(AbortSignal.any([shutdownSignal, hangup]))
  await simulator.close()
  return 0
}

// A simulated centre with few agents must not use up its quota within an hour of testing.
const MIN_LICENSES = 100

/** Licences of a simulated centre with this many agents; each allows 1,000 calls a day. */
export function licensesFor(agents: number): number {
  return Math.max(agents, MIN_LICENSES)
}

/**
 * Starts the simulator.
 *
 * @throws ListenError with what to do about it
 */
export async function listenAndSimulate({
  agents,
  seed,
  speed,
  startAt,
  listenAddress,
}: SimulationConfig): Promise<Simulator> {
  const { host = simulatorDefaults.host, port } = listenAddress
  try {
    const licenses = licensesFor(agents)
    return await startSimulator({ ...simulatorDefaults, agents, licenses, seed, speed, startAt, host, port })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new ListenError({ host, port }, String(error.code), '--simulator.listen-address', { cause: error })
  }
}
