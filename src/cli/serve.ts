import { partOfShard } from '../config/shard.ts'
import { runExporter } from '../exporter/exporter.ts'
import { readSettings } from '../exporter/exporter-settings.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Command } from './command.ts'

/** Fetches reports in the background and serves the metrics until shutdown. */
export const serve: Command = async (args, context) => {
  const { processConfig, config, webConfig, shard } = await readSettings(args, context.environment)
  const { terminal, writeError: write, onDropped } = context
  await runExporter(
    partOfShard(config, shard),
    { ...processConfig, webConfig, shard },
    await createLogger(processConfig, terminal, { write, onDropped }),
    context,
  )
  return 0
}
