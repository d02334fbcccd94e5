import { collectErrors } from '../config/config-error.ts'
import { hasEnvFile, readEnvironment } from '../config/environment.ts'
import { readFlags } from '../config/process-config.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Command } from './command.ts'
import { runExporter } from './exporter.ts'
import { readWeb } from './web.ts'

/** Fetches reports in the background and serves the metrics until shutdown. */
export const serve: Command = async (args, context) => {
  const [processConfig, config, web] = await collectErrors(
    () => readFlags(args),
    () => readEnvironment(context.environment, hasEnvFile),
    () => readWeb(args),
  )
  const { terminal, writeError: write, onDropped } = context
  return runExporter(
    config,
    { ...processConfig, web },
    await createLogger(processConfig, terminal, { write, onDropped }),
    context,
  )
}
