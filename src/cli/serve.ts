import { hostname } from 'node:os'
import { collectErrors } from '../config/config-error.ts'
import { hasEnvFile } from '../config/environment.ts'
import { readFlags } from '../config/process-config.ts'
import { readConfig } from '../config/read-config.ts'
import { partOfShard, readShard } from '../config/shard.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Command } from './command.ts'
import { runExporter } from './exporter.ts'
import { readWebConfigFlag } from './web-config.ts'

/** Fetches reports in the background and serves the metrics until shutdown. */
export const serve: Command = async (args, context) => {
  const { environment } = context
  const [processConfig, config, webConfig, shard] = await collectErrors(
    () => readFlags(args),
    () => readConfig(args, environment, hasEnvFile),
    () => readWebConfigFlag(args),
    () => readShard(args, { environment, hostname: hostname() }),
  )
  const { terminal, writeError: write, onDropped } = context
  return runExporter(
    partOfShard(config, shard),
    { ...processConfig, webConfig, shard },
    await createLogger(processConfig, terminal, { write, onDropped }),
    context,
  )
}
