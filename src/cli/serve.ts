import { collectErrors } from '../config/config-error.ts'
import { hasEnvFile, readEnvironment } from '../config/environment.ts'
import { readFlags } from '../config/process-config.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Command } from './command.ts'
import { runExporter } from './exporter.ts'

/** Fetches reports in the background and serves the metrics until shutdown. */
export const serve: Command = async (args, context) => {
  const [processConfig, config] = await collectErrors(
    () => readFlags(args),
    () => readEnvironment(context.environment, hasEnvFile),
  )
  const { terminal, writeError: write, onDropped } = context
  return runExporter(
    config,
    processConfig,
    await createLogger(processConfig, terminal, { write, onDropped }),
    context,
  )
}
