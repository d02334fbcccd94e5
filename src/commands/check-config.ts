import { readBoth } from '../config/config-error.ts'
import { formatDuration } from '../config/duration.ts'
import { readEnvironment } from '../config/environment.ts'
import { readFlags } from '../config/process-config.ts'
import type { Command } from './command.ts'

/** Reads flags and configuration, and says in a line what would run. */
export const checkConfig: Command = async (args, { environment, print, complain }) => {
  const [, config] = readBoth(
    () => readFlags(args),
    () => readEnvironment(environment),
  )
  for (const warning of config.warnings) complain(`warning: ${warning}\n`)
  const operations = config.operations.map(
    ({ name, refreshIntervalMs }) => `${name} every ${formatDuration(refreshIntervalMs)}`,
  )
  print(`The configuration is valid: ${operations.join(', ')}\n`)
  return 0
}
