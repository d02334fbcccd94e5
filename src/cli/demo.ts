import { collectErrors } from '../config/config-error.ts'
import { readFlags } from '../config/process-config.ts'
import { readSimulation } from '../config/simulation.ts'
import { runExporter } from '../exporter/exporter.ts'
import { readWebConfigFlag } from '../exporter/exporter-settings.ts'
import type { Groups } from '../groups/groups.ts'
import { parseGroups } from '../groups/parser-client.ts'
import { reports } from '../reports/index.ts'
import { Secret } from '../secret.ts'
import { teamsFile } from '../simulator/centre/teams.ts'
import { simulatorDefaults } from '../simulator/simulator.ts'
import { createLogger } from '../telemetry/logger.ts'
import { DIRECT } from '../wolkvox/route.ts'
import type { Command } from './command.ts'
import { licensesFor, listenAndSimulate } from './simulate.ts'

// Short, so that the first data arrives quickly. The simulated quota allows these intervals.
const DEMO_INTERVAL_MS = 5000
const FURTHER_INTERVAL_MS = 2 * DEMO_INTERVAL_MS
const DEMO_TIMEOUT_MS = 10_000
const DEMO_MAX_RESPONSE_BYTES = 64 * 2 ** 20

/** Serves the metrics of a simulated contact centre in the same process, without account, token or network. */
export const demo: Command = async (args, context) => {
  const [processConfig, simulation, webConfig] = await collectErrors(
    () => readFlags(args, { storagePath: '' }),
    () => readSimulation(args, { listenAddress: '127.0.0.1:0' }),
    () => readWebConfigFlag(args),
  )
  const simulator = await listenAndSimulate(simulation)
  const operation = {
    name: 'demo',
    server: simulatorDefaults.server,
    token: new Secret(simulatorDefaults.token),
    baseUrl: simulator.url,
    route: DIRECT,
    caCertificates: undefined,
    licenses: licensesFor(simulation.agents),
    timeZone: 'America/Bogota',
    timeoutMs: DEMO_TIMEOUT_MS,
    maxResponseBytes: DEMO_MAX_RESPONSE_BYTES,
    agentName: 'plain' as const,
    groups: await readTeams(simulation.agents),
    priority: 0,
    agentId: 'plain' as const,
    hashKey: undefined,
    reports: reports.map(({ name }) => {
      const refreshIntervalMs = name === 'agents' ? DEMO_INTERVAL_MS : FURTHER_INTERVAL_MS
      return { name, refreshIntervalMs, staleAfterMs: 3 * refreshIntervalMs }
    }),
  }
  // If the terminal is closed, a demo in the background would keep its port.
  const shutdownSignal = AbortSignal.any([context.shutdownSignal, context.hangup])
  const { terminal, writeError: write, onDropped } = context
  try {
    await runExporter(
      { operations: [operation], warnings: [] },
      { ...processConfig, webConfig },
      await createLogger(processConfig, terminal, { write, onDropped }),
      { shutdownSignal, onReload: () => {}, reportHang: context.reportHang },
      ([url]) => context.print(introduction(url ?? '', processConfig.telemetryPath, simulation.agents)),
    )
    return 0
  } finally {
    await simulator.close()
  }
}

/** The teams of the simulated agents, as a groups file gives them. */
async function readTeams(agents: number): Promise<Groups> {
  const parsed = await parseGroups(Buffer.from(teamsFile(agents)), 'csv')
  if ('problems' in parsed) throw new Error(`the teams of the simulated agents: ${parsed.problems[0]}`)
  return parsed.groups
}

function introduction(listening: string, telemetryPath: string, agents: number): string {
  const url = listening.replace(/\/\/(\[::\]|0\.0\.0\.0)/, '//localhost')
  return `
  A simulated contact centre with ${agents} agents, refreshed every ${DEMO_INTERVAL_MS / 1000} seconds:

    ${url}/          status page
    ${url}${telemetryPath}   metrics for Prometheus

  Press Ctrl-C to stop.

`
}
