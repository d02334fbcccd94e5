import { readBoth } from '../config/config-error.ts'
import { readFlags } from '../config/process-config.ts'
import { Secret } from '../config/secret.ts'
import { readSimulation } from '../config/simulation.ts'
import { simulatorDefaults } from '../simulator/simulator.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Command } from './command.ts'
import { runExporter } from './run-exporter.ts'
import { licensesFor, listenAndSimulate } from './start-simulator.ts'

// The simulated quota is generous; a first look should not have to wait.
const DEMO_INTERVAL_MS = 5000
const DEMO_TIMEOUT_MS = 10_000
const DEMO_MAX_RESPONSE_BYTES = 64 * 2 ** 20

/** Serves the metrics of a simulated contact centre in the same process: no account, no token, no network. */
export const demo: Command = async (args, surroundings) => {
  const [processConfig, simulation] = await readBoth(
    () => readFlags(args, { storagePath: '' }),
    () => readSimulation(args),
  )
  const simulator = await listenAndSimulate(
    simulation,
    simulation.listenAddress ?? { host: '127.0.0.1', port: 0 },
  )
  const operation = {
    name: 'demo',
    server: simulatorDefaults.server,
    token: new Secret(simulatorDefaults.token),
    baseUrl: simulator.url,
    licenses: licensesFor(simulation.agents),
    timeZone: 'America/Bogota',
    refreshIntervalMs: DEMO_INTERVAL_MS,
    timeoutMs: DEMO_TIMEOUT_MS,
    staleAfterMs: 3 * DEMO_INTERVAL_MS,
    maxResponseBytes: DEMO_MAX_RESPONSE_BYTES,
    agentName: 'plain' as const,
  }
  // Without a terminal it would run on unseen, and keep its port.
  const ending = AbortSignal.any([surroundings.ending, surroundings.hangup])
  const { terminal, complain: write, onDropped } = surroundings
  try {
    return await runExporter(
      { operations: [operation], warnings: [] },
      processConfig,
      createLogger(processConfig, terminal, { write, onDropped }),
      { ending, onReload: () => {}, reportHang: surroundings.reportHang },
      ([url]) => surroundings.print(whereToLook(url ?? '', processConfig.telemetryPath, simulation.agents)),
    )
  } finally {
    await simulator.close()
  }
}

function whereToLook(listening: string, telemetryPath: string, agents: number): string {
  const url = listening.replace(/\/\/(\[::\]|0\.0\.0\.0)/, '//localhost')
  return `
  A simulated contact centre with ${agents} agents, fetched every ${DEMO_INTERVAL_MS / 1000} seconds:

    ${url}/          status
    ${url}${telemetryPath}   what Prometheus scrapes

  Ctrl-C ends it.

`
}
