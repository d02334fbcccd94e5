import { readBoth } from '../config/config-error.ts'
import { hasEnvFile } from '../config/env-file.ts'
import { readEnvironment } from '../config/environment.ts'
import { readFlags } from '../config/process-config.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Command } from './command.ts'
import { runExporter } from './run-exporter.ts'

/** Fetches in the background and serves the metrics, until the process is asked to end. */
export const serve: Command = async (args, surroundings) => {
  const [processConfig, config] = await readBoth(
    () => readFlags(args),
    () => readEnvironment(surroundings.environment, hasEnvFile),
  )
  const { terminal, complain: write, onDropped } = surroundings
  return runExporter(
    config,
    processConfig,
    createLogger(processConfig, terminal, { write, onDropped }),
    surroundings,
  )
}
