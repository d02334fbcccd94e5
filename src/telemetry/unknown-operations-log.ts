import { now } from '../clock.ts'
import { createRepeatedFailures } from '../repeated-failures.ts'
import type { ExporterState } from '../scheduling/state.ts'
import type { Logger } from './logger.ts'

// Enough to recognise a wrong scrape configuration. Anyone who can reach the exporter can ask for other names.
const MAX_NAMES = 10
const MAX_NAME_LENGTH = 128

/**
 * Logs scrapes of operations that do not exist, with the names of those that do: the response does not have them. Any number of
 * different names is one reason, so that scrapes cannot fill the log.
 *
 * @param clock the current time; tests replace it
 */
export function createUnknownOperationsLog(log: Logger, clock = now) {
  const failures = createRepeatedFailures()
  return (requested: readonly string[], { operations }: ExporterState): void => {
    const names = operations.map(({ operation }) => operation.name)
    const unknown = requested.filter((name) => name !== '' && !names.includes(name))
    const { level, fields } = failures.failed(['unknown operation'], clock())
    log[level](
      {
        unknown: unknown.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME_LENGTH)),
        operations: names,
        ...(fields.suppressed !== undefined && { suppressed: fields.suppressed }),
      },
      'unknown operation scraped',
    )
  }
}
