import { readBoth } from '../config/config-error.ts'
import { formatDuration } from '../config/duration.ts'
import { hasEnvFile } from '../config/env-file.ts'
import { readEnvironment } from '../config/environment.ts'
import { readFlags } from '../config/process-config.ts'
import type { Command } from './command.ts'
import { listenWarnings, storageWarnings } from './preflight.ts'

/** Reads flags and configuration, prints what would run, and warns of what would fail on this machine. */
export const checkConfig: Command = async (args, { environment, print, complain }) => {
  const [{ listenAddresses, storagePath }, config] = await readBoth(
    () => readFlags(args),
    () => readEnvironment(environment, hasEnvFile),
  )
  const warnings = [
    ...config.warnings,
    ...(await listenWarnings(listenAddresses)),
    ...(await storageWarnings(storagePath)),
  ]
  for (const warning of warnings) complain(`warning: ${warning}\n`)
  const operations = config.operations.map(
    ({ name, refreshIntervalMs }) => `${name} every ${formatDuration(refreshIntervalMs)}`,
  )
  print(`The configuration is valid: ${operations.join(', ')}\n`)
  return 0
}
