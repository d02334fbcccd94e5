import { noReloadYet } from '../config/not-yet.ts'
import type { Config } from '../config/operation.ts'
import type { ProcessConfig } from '../config/process-config.ts'
import { whenAborted } from '../refresh/aborted.ts'
import { endsWithin } from '../refresh/delay.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { ExitCode, Surroundings } from './command.ts'
import { startExporter } from './exporter.ts'

// Scrapes in progress may take this long to finish; the contract is 5 s in all.
const GRACE_MS = 3000

/**
 * Runs the exporter until the process is asked to end.
 *
 * @param started called with the addresses where it listens
 * @throws StorageInUse when another exporter uses its storage
 */
export async function runExporter(
  config: Config,
  processConfig: ProcessConfig,
  log: Logger,
  { ending, onReload, reportHang }: Pick<Surroundings, 'ending' | 'onReload' | 'reportHang'>,
  started: (urls: readonly string[]) => void = () => {},
): Promise<ExitCode> {
  for (const warning of config.warnings) log.warn(warning)
  const exporter = await startExporter(config, processConfig, log)
  onReload(() => log.warn(noReloadYet))
  for (const url of exporter.urls) log.info({ url: `${url}${processConfig.telemetryPath}` }, 'listening')
  started(exporter.urls)
  try {
    await Promise.race([whenAborted(ending), exporter.ended])
    log.info('ending')
    return 0
  } finally {
    if (!(await endsWithin(GRACE_MS, exporter.stop()))) reportHang()
  }
}
