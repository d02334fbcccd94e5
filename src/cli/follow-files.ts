import { now } from '../clock.ts'
import { ConfigError } from '../config/config-error.ts'
import { type Config, credentialsFingerprint, haveSameSettings, type Operation } from '../config/operation.ts'
import { watchFiles } from '../file-watcher.ts'
import type { Outcome } from '../model/outcome.ts'
import { createRepeatedFailures } from '../repeated-failures.ts'
import type { ReportState } from '../scheduling/state.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Applies the configuration again after a change of its files. */
export interface FileFollower {
  /** After a refused token, the files are read at once. */
  onRefreshed(state: ReportState, outcome: Outcome): void
  /** Stops. Resolves when no file operation is in flight: never, while one hangs. */
  close(): Promise<void>
}

/**
 * Follows the files of a configuration. If they cannot be used, the last good configuration stays, and the log says why.
 *
 * @param apply changes what runs
 * @param onReload called with whether changed files could be used
 */
export function followFiles(
  { source, operations }: Config,
  apply: (operations: readonly Operation[]) => Promise<void>,
  log: Logger,
  onReload: (isSuccessful: boolean) => void,
): FileFollower {
  if (source === undefined || source.files.length === 0)
    return { onRefreshed: () => {}, close: async () => {} }
  const { files, refresh } = source
  let current = operations
  const failures = createRepeatedFailures()

  /** @returns whether the files could be used */
  async function applyChanges(): Promise<boolean> {
    try {
      const { operations: wanted } = await refresh()
      const recovery = failures.succeeded(now())
      const changed = wanted.filter((operation) => !current.some((other) => isSame(operation, other)))
      if (changed.length > 0) {
        current = wanted
        await apply(wanted)
        for (const { name } of changed) {
          log.info({ operation: name, ...recovery?.fields }, 'configuration reloaded')
        }
      } else if (recovery !== undefined) {
        log[recovery.level](recovery.fields, 'configuration reloaded')
      }
      if (changed.length > 0 || recovery !== undefined) onReload(true)
      return true
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      const { level, fields } = failures.failed(error.problems, now())
      log[level]({ problems: error.problems, ...fields }, 'configuration not reloaded')
      onReload(false)
      return false
    }
  }

  const watcher = watchFiles(() => files, applyChanges)
  return {
    onRefreshed(_state, outcome) {
      if (!outcome.ok && outcome.failure.reason === 'invalid_token') watcher.check()
    },
    close: watcher.close,
  }
}

function isSame(one: Operation, other: Operation): boolean {
  return haveSameSettings(one, other) && credentialsFingerprint(one) === credentialsFingerprint(other)
}
