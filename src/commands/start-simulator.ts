import type { ListenAddress } from '../config/listen-address.ts'
import type { SimulationConfig } from '../config/simulation.ts'
import { ListenError } from '../server/listen-error.ts'
import { type Simulator, simulatorDefaults, startSimulator } from '../simulator/simulator.ts'

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
