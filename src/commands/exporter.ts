import type { Config } from '../config/operation.ts'
import type { ProcessConfig } from '../config/process.ts'
import { fieldReaders } from '../exposition/agent-families.ts'
import { renderAgents } from '../exposition/agent-page.ts'
import { renderExposition } from '../exposition/exposition.ts'
import { createAttempt } from '../refresh/attempt.ts'
import { startRefresher } from '../refresh/refresher.ts'
import { isReady } from '../refresh/state.ts'
import { createApp } from '../server/app.ts'
import { listen } from '../server/listen.ts'
import { readBuildInfo } from '../telemetry/build-info.ts'
import type { Logger } from '../telemetry/logger.ts'
import { createOwnMetrics } from '../telemetry/own-metrics.ts'
import { logRefresh } from '../telemetry/refresh-log.ts'
import { fetchReport } from '../wolkvox/client.ts'
import { textFields } from '../wolkvox/records.ts'
import { landingOf } from './landing.ts'

/** The exporter, running. */
export interface Exporter {
  /** Where it listens. */
  readonly urls: readonly string[]
  /** Lets scrapes under way finish, aborts a fetch under way. */
  stop(): Promise<void>
}

const FIELDS = [...textFields, ...Object.keys(fieldReaders)]

/**
 * Wires the parts together, listens, then starts to refresh.
 *
 * @throws ListenError when an address cannot be had; nothing is left running then
 */
export async function startExporter(
  { operations }: Config,
  { listenAddresses, telemetryPath }: Pick<ProcessConfig, 'listenAddresses' | 'telemetryPath'>,
  log: Logger,
): Promise<Exporter> {
  const build = readBuildInfo()
  const collectOwnMetrics = createOwnMetrics(build, Date.now())
  const refreshers: ReturnType<typeof startRefresher>[] = []
  const states = () => refreshers.map((refresher) => refresher.state())
  const parts = {
    telemetryPath,
    renderMetrics: async (format: Parameters<typeof renderExposition>[2]) =>
      renderExposition(states(), await collectOwnMetrics(), format, Date.now()),
    isReady: () => refreshers.length > 0 && states().every(isReady),
    landingPage: () => landingOf(build.version, telemetryPath, states(), Date.now()),
    log,
  }
  // One application an address, as each listens on one.
  const listeners = listenAddresses.map((address) => ({ address, app: createApp(parts) }))
  const closeApps = () => Promise.all(listeners.map(({ app }) => app.close()))
  let urls: string[]
  try {
    urls = await Promise.all(listeners.map(({ app, address }) => listen(app, address)))
  } catch (error) {
    await closeApps()
    throw error
  }
  const attempt = createAttempt({
    fetchReport,
    fields: fieldReaders,
    render: (snapshot, operation) => renderAgents(snapshot, operation.name),
  })
  for (const operation of operations) {
    refreshers.push(
      startRefresher(operation, FIELDS, attempt, (state, outcome) => logRefresh(log, state, outcome)),
    )
  }
  return {
    urls,
    stop: async () => {
      await Promise.all([...refreshers.map((refresher) => refresher.stop()), closeApps()])
    },
  }
}
