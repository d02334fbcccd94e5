import { hostname } from 'node:os'
import { collectErrors } from '../config/config-error.ts'
import { hasEnvFile } from '../config/environment.ts'
import { type Arguments, lastText } from '../config/flags.ts'
import type { Config } from '../config/operation.ts'
import { type ProcessConfig, readFlags } from '../config/process-config.ts'
import { readConfig } from '../config/read-config.ts'
import { readShard, type Shard } from '../config/shard.ts'
import { pathProblems } from '../config/text-problems.ts'
import type { Environment } from '../config/variables.ts'
import type { LoadedWebConfig } from '../server/web-config/web-config.ts'

/** Everything that the command line and the environment say about an exporter. */
export interface ExporterSettings {
  readonly processConfig: ProcessConfig
  /** All operations, also those of other shards. */
  readonly config: Config
  readonly webConfig: LoadedWebConfig | undefined
  readonly shard: Shard
}

/**
 * Reads all settings of an exporter.
 *
 * @throws ConfigError with every problem of all of them
 */
export async function readSettings(args: Arguments, environment: Environment): Promise<ExporterSettings> {
  const [processConfig, config, webConfig, shard] = await collectErrors(
    () => readFlags(args),
    () => readConfig(args, environment, hasEnvFile),
    () => readWebConfigFlag(args),
    () => readShard(args, { environment, hostname: hostname() }),
  )
  return { processConfig, config, webConfig, shard }
}

/**
 * Reads the file of `--web.config.file`. Its code and its libraries are loaded only with this flag. A malformed path counts as
 * none: the caller also runs `readFlags`, which reports it.
 *
 * @throws ConfigError with every problem
 */
export async function readWebConfigFlag({ flags }: Arguments): Promise<LoadedWebConfig | undefined> {
  const path = lastText(flags, 'web.config.file')
  if (!path || pathProblems(path).length > 0) return undefined
  const { readWebConfig } = await import('../server/web-config/load.ts')
  return readWebConfig(path)
}
