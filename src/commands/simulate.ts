import { readBoth } from '../config/config-error.ts'
import { readFlags } from '../config/process-config.ts'
import { readSimulation } from '../config/simulation.ts'
import { whenAborted } from '../refresh/aborted.ts'
import { simulatorDefaults } from '../simulator/simulator.ts'
import type { Command } from './command.ts'
import { listenAndSimulate } from './start-simulator.ts'

/** Serves only the simulated wolkvox API, until the process is asked to end or its terminal is closed. */
export const simulate: Command = async (args, { print, ending, hangup }) => {
  const [, simulation] = await readBoth(
    () => readFlags(args),
    () => readSimulation(args),
  )
  const { host, port } = simulatorDefaults
  const simulator = await listenAndSimulate(simulation, simulation.listenAddress ?? { host, port })
  print(`
  A simulated wolkvox with ${simulation.agents} agents. To point the exporter at it, in another terminal:

    WOLKVOX_BASE_URL=${simulator.url} WOLKVOX_SERVER=${simulatorDefaults.server} WOLKVOX_TOKEN=${simulatorDefaults.token} WOLKVOX_REFRESH_INTERVAL=5s npm start

  Ctrl-C ends it.

`)
  await whenAborted(AbortSignal.any([ending, hangup]))
  await simulator.close()
  return 0
}
