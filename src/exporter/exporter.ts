import { readBuildInfo } from '../build-info.ts'
import { endsWithin, now, whenAborted } from '../clock.ts'
import type { Config, Operation } from '../config/operation.ts'
import type { ProcessConfig } from '../config/process-config.ts'
import type { Shard } from '../config/shard.ts'
import { createExposition } from '../exposition/exposition.ts'
import type { Format } from '../model/family.ts'
import { reports } from '../reports/index.ts'
import { isEveryOperationReady } from '../scheduling/state.ts'
import { createSupervisor } from '../scheduling/supervisor.ts'
import { createApp } from '../server/app.ts'
import { type Listening, listen } from '../server/listen.ts'
import type { LoadedWebConfig } from '../server/web-config/web-config.ts'
import type { Language } from '../status-page/languages.ts'
import { createDisk } from '../storage/disk.ts'
import { createStorage } from '../storage/storage.ts'
import { createLocks } from '../storage/storage-lock.ts'
import { createClockSkewLog } from '../telemetry/clock-skew-log.ts'
import { createGroupsLog } from '../telemetry/groups-log.ts'
import type { Logger } from '../telemetry/logger.ts'
import { createOwnMetrics } from '../telemetry/own-metrics.ts'
import { createRefreshLog } from '../telemetry/refresh-log.ts'
import { createReloads } from '../telemetry/reloads.ts'
import { fillStatusFamilies } from '../telemetry/status-families.ts'
import { createUnknownOperationsLog } from '../telemetry/unknown-operations-log.ts'
import { describeRoute } from '../wolkvox/route.ts'
import { createWorkerClient } from '../worker/worker-client.ts'
import { createWorkerPool } from '../worker/worker-pool.ts'
import { createReloader } from './reloader.ts'

/** A running exporter. */
export interface Exporter {
  /** The addresses where it listens. */
  readonly urls: readonly string[]
  /** Rejects when the exporter cannot continue; never resolves. */
  readonly failed: Promise<never>
  /** Reads the whole configuration again. @returns what is wrong, which the log has too; nothing after a success */
  reload(): Promise<readonly string[]>
  /**
   * Lets scrapes in flight finish and aborts fetches in flight. Resolves when nothing runs any more, so not while the disk or a
   * DNS lookup hangs.
   */
  stop(): Promise<void>
}

/** Where to listen and store, and who has access if there is a web configuration. */
export interface ServerConfig
  extends Pick<ProcessConfig, 'listenAddresses' | 'telemetryPath' | 'storagePath'>,
    Partial<Pick<ProcessConfig, 'autoReload' | 'enableLifecycle'>> {
  readonly webConfig?: LoadedWebConfig | undefined
  /** Which accounts the configuration contains; all of them if absent. */
  readonly shard?: Shard
}

// Locks take milliseconds. A hung disk must not prevent the exporter from serving.
const LOCK_WAIT_MS = 1000

/**
 * Wires the parts together, listens, locks the storage, and starts refreshing.
 *
 * @throws ListenError when it cannot listen on an address
 * @throws StorageInUseError when another exporter uses its storage; `failed` rejects with it if the lock takes longer
 */
export async function startExporter(
  config: Config,
  {
    listenAddresses,
    telemetryPath,
    storagePath,
    autoReload,
    enableLifecycle,
    webConfig,
    shard,
  }: ServerConfig,
  log: Logger,
): Promise<Exporter> {
  const build = readBuildInfo()
  const pool = createWorkerPool()
  pool.prepare()
  const worker = createWorkerClient(pool, storagePath !== '')
  const locks = createLocks()
  const storage = createStorage(storagePath, createDisk(), locks, worker.restore, log)
  const refreshes = createRefreshLog(log)
  const logClockSkew = createClockSkewLog(log)
  const logUnknownOperations = createUnknownOperationsLog(log)
  const supervisor = createSupervisor({
    attempt: worker.attempt,
    storageOf: storage.account,
    snapshotsOf: storage.snapshots,
    events: {
      ...refreshes,
      onRefreshed(state, outcome) {
        refreshes.onRefreshed(state, outcome)
        logClockSkew(state)
        // Declared below, because it needs the supervisor. No refresh ends before the supervisor is applied.
        reloader.onRefreshed(state, outcome)
      },
    },
  })
  const reloads = createReloads()
  const logGroups = createGroupsLog(log)
  const apply = async (operations: readonly Operation[]) => {
    await supervisor.apply(operations)
    logGroups(operations)
  }
  const collectOwnMetrics = createOwnMetrics(build, reloads.state, shard)
  const exposition = createExposition({
    reports,
    state: supervisor.state,
    statusFamilies: fillStatusFamilies,
    ownFamilies: collectOwnMetrics,
  })
  const webAccess =
    webConfig && (await loadWebAccess(webConfig, log, reloads.recorderFor('web configuration')))
  const { configFile } = config.source ?? {}
  const reloader = createReloader({
    config,
    reloadOnChangeOf: autoReload && configFile !== undefined ? [configFile] : [],
    apply: (operations) => begun.promise.then(() => apply(operations)),
    webAccess,
    log,
    reloads,
  })
  // A reload that is requested earlier must not be undone by the first configuration.
  const begun = Promise.withResolvers<void>()
  // Until the first configuration is applied there are no operations, and `every` would be true.
  let hasApplied = false
  // An operation that a reload adds must not make Kubernetes take the others out of the Service.
  let wasReady = false
  const parts = {
    telemetryPath,
    renderMetrics: async (format: Format, operations: readonly string[] | undefined) => {
      if (operations === undefined) return exposition.wholeBody(format, now())
      const body = exposition.bodyOf(operations, format, now())
      if (body === undefined) logUnknownOperations(operations, supervisor.state())
      return body
    },
    isReady: () => {
      wasReady ||= hasApplied && isEveryOperationReady(supervisor.state())
      return wasReady
    },
    reload: enableLifecycle ? reloader.reload : undefined,
    operations: () => supervisor.state().operations.map(({ operation }) => operation),
    statusPage: async (language: Language, operation: string | undefined) => {
      // Loaded when someone looks: most exporters are only scraped.
      const [{ describeStatus }, { renderStatusPage }] = await Promise.all([
        import('../status-page/status.ts'),
        import('../status-page/page.ts'),
      ])
      const status = describeStatus(
        build.version,
        supervisor.state(),
        now(),
        operation,
        reloads.state().failingSince,
      )
      return status && renderStatusPage(status, telemetryPath, language)
    },
    log,
    webAccess,
  }
  const app = createApp(parts)
  let listening: Listening | undefined
  const stop = async () => {
    const supervisorStopped = supervisor.stop()
    begun.resolve()
    const reloaderClosed = reloader.close()
    await Promise.all([supervisorStopped, listening?.close(), app.close()])
    await Promise.all([reloaderClosed, pool.close(), locks.close(), webAccess?.close()])
  }
  try {
    await app.ready()
    listening = await listen(app.server, listenAddresses)
    const applied = apply(config.operations)
    begun.resolve()
    const failed = applied.then(() => {
      hasApplied = true
      return supervisor.failed
    })
    // A rejection that nothing awaits yet must not end the process.
    failed.catch(() => {})
    await endsWithin(LOCK_WAIT_MS, applied)
    return { urls: listening.urls, failed, reload: reloader.reload, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Loaded only if needed: most exporters listen inside a trusted network. */
async function loadWebAccess(
  webConfig: LoadedWebConfig,
  log: Logger,
  onReload: (isSuccessful: boolean) => void,
) {
  const { createWebAccess } = await import('../server/web-config/web-access.ts')
  return createWebAccess(webConfig, log, onReload)
}

// Scrapes in flight may take this long. A shutdown takes at most 5 s.
const GRACE_MS = 3000

/** What an exporter needs of the process that it runs in. */
export interface HostProcess {
  /** Aborted by SIGTERM or SIGINT. */
  readonly shutdownSignal: AbortSignal
  /** Registers a callback for reload requests (SIGHUP). */
  readonly onReload: (reload: () => void) => void
  /** Called if something hangs at the end, so that the process must not wait for it. */
  readonly reportHang: () => void
}

/**
 * Runs the exporter until shutdown is requested.
 *
 * @param onStarted called with the addresses where it listens
 * @throws StorageInUseError when another exporter uses its storage
 */
export async function runExporter(
  config: Config,
  serverConfig: ServerConfig,
  log: Logger,
  { shutdownSignal, onReload, reportHang }: HostProcess,
  onStarted: (urls: readonly string[]) => void = () => {},
): Promise<void> {
  for (const problem of [...config.warnings, ...(serverConfig.webConfig?.warnings ?? [])]) {
    log.warn({ problem }, 'configuration warning')
  }
  for (const { name, route } of config.operations) {
    if (route.source === undefined) continue
    const fields = { operation: name, proxy: describeRoute(route) }
    if (route.proxy === undefined) log.info(fields, 'not using proxy')
    else log.info(fields, 'using proxy')
  }
  const { shard } = serverConfig
  if (shard !== undefined && shard.total > 1) {
    const operations = config.operations.map(({ name }) => name)
    log.info({ shard: shard.number, total_shards: shard.total, operations }, 'serving a shard')
  }
  const exporter = await startExporter(config, serverConfig, log)
  onReload(() => void exporter.reload())
  for (const url of exporter.urls) log.info({ url: `${url}${serverConfig.telemetryPath}` }, 'listening')
  onStarted(exporter.urls)
  try {
    await Promise.race([whenAborted(shutdownSignal), exporter.failed])
    log.info('shutting down')
  } finally {
    if (!(await endsWithin(GRACE_MS, exporter.stop()))) reportHang()
  }
}
