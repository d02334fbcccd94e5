import { noReloadYet } from '../config/not-yet.ts'
import type { Config } from '../config/operation.ts'
import type { ProcessConfig } from '../config/process-config.ts'
import { whenAborted } from '../refresh/aborted.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { ExitCode, Surroundings } from './command.ts'
import { startExporter } from './exporter.ts'

// Scrapes under way may take this long to finish; the promise to the outside is 5 s in all.
const GRACE_MS = 3000

/**
 * Runs the exporter until the process is asked to end.
 *
 * @param started told where it listens
 */
export async function runExporter(
  config: Config,
  processConfig: ProcessConfig,
  log: Logger,
  { ending, onReload }: Pick<Surroundings, 'ending' | 'onReload'>,
  started: (urls: readonly string[]) => void = () => {},
): Promise<ExitCode> {
  for (const warning of config.warnings) log.warn(warning)
  const exporter = await startExporter(config, processConfig, log)
  onReload(() => log.warn(noReloadYet))
  for (const url of exporter.urls) log.info({ url: `${url}${processConfig.telemetryPath}` }, 'listening')
  started(exporter.urls)
  await whenAborted(ending)
  log.info('ending')
  await Promise.race([exporter.stop(), afterGrace()])
  return 0
}

function afterGrace(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())
}
