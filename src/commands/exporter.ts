import type { Config } from '../config/operation.ts'
import type { ProcessConfig } from '../config/process-config.ts'
import { fieldReaders } from '../exposition/agent-families.ts'
import { createExposition } from '../exposition/exposition.ts'
import type { Format } from '../exposition/format.ts'
import { endsWithin } from '../refresh/delay.ts'
import { now } from '../refresh/moment.ts'
import { type Refresher, startRefresher } from '../refresh/refresher.ts'
import { isReady } from '../refresh/state.ts'
import { createTokenQueue } from '../refresh/token-queue.ts'
import { createApp } from '../server/app.ts'
import { listen } from '../server/listen.ts'
import { createDisk } from '../storage/disk.ts'
import { createOperationStorage } from '../storage/operation-storage.ts'
import { createLocks } from '../storage/storage-lock.ts'
import { readBuildInfo } from '../telemetry/build-info.ts'
import type { Logger } from '../telemetry/logger.ts'
import { createOwnMetrics } from '../telemetry/own-metrics.ts'
import { logRefresh, logRetry, logWait } from '../telemetry/refresh-log.ts'
import { textFields } from '../wolkvox/records.ts'
import { createIsolation } from '../worker/isolation.ts'
import { landingOf } from './landing.ts'

/** The exporter, running. */
export interface Exporter {
  /** Where it listens. */
  readonly urls: readonly string[]
  /** Resolves when it has been stopped; rejects when it cannot go on. */
  readonly ended: Promise<unknown>
  /**
   * Lets scrapes in progress finish, aborts a fetch in progress, and resolves when nothing is left running: never, while the
   * disk or a name lookup hangs.
   */
  stop(): Promise<void>
}

const FIELDS = [...textFields, ...Object.keys(fieldReaders)]

// Locks take milliseconds, and a disk that hangs must not keep the exporter from serving.
const LOCK_WAIT_MS = 1000

/**
 * Wires the parts together, listens, locks the storage, then starts to refresh.
 *
 * @throws ListenError when an address cannot be had
 * @throws StorageInUse when another exporter uses the storage; nothing is left running after either error
 */
export async function startExporter(
  { operations }: Config,
  { listenAddresses, telemetryPath, storagePath }: Omit<ProcessConfig, 'logLevel' | 'logFormat'>,
  log: Logger,
): Promise<Exporter> {
  const build = readBuildInfo()
  const refreshers: Refresher[] = []
  const states = () => refreshers.map((refresher) => refresher.state())
  const exposition = createExposition(states, createOwnMetrics(build, Date.now()))
  const parts = {
    telemetryPath,
    renderMetrics: (format: Format) => exposition(format, now()),
    isReady: () => refreshers.length > 0 && states().every(isReady),
    landingPage: () => landingOf(build.version, telemetryPath, states(), now()),
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
  const isolation = createIsolation(storagePath !== '')
  const disk = createDisk()
  const locks = createLocks()
  const stored = operations.map((operation) => {
    const operationLog = log.child({ operation: operation.name })
    const storage = createOperationStorage(storagePath, operation, disk, locks, isolation, operationLog)
    return { operation, storage }
  })
  try {
    await endsWithin(LOCK_WAIT_MS, Promise.all(stored.map(({ storage }) => storage.lock())))
  } catch (error) {
    await Promise.all([closeApps(), locks.close()])
    throw error
  }
  const tokens = createTokenQueue()
  for (const { operation, storage } of stored) {
    refreshers.push(
      startRefresher(operation, {
        fields: FIELDS,
        attempt: isolation.attempt,
        tokens,
        storage,
        onWait: (state, waitMs) => logWait(log, state, waitMs),
        onRetry: (state, failure, waitMs) => logRetry(log, state, failure, waitMs),
        onRefresh: (state, outcome) => logRefresh(log, state, outcome),
      }),
    )
  }
  return {
    urls,
    ended: Promise.all(refreshers.map(({ ended }) => ended)),
    stop: async () => {
      await Promise.all([...refreshers.map((refresher) => refresher.stop()), closeApps()])
      await Promise.all([isolation.close(), locks.close()])
    },
  }
}
