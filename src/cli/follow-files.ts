import { ConfigError } from '../config/config-error.ts'
import { watchFiles } from '../config/file-watcher.ts'
import { type Config, credentialsFingerprint, haveSameSettings, type Operation } from '../config/operation.ts'
import type { ReportState } from '../scheduling/state.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Outcome } from '../worker/outcome.ts'

/** Applies the configuration again after a change of its files. */
export interface FileFollower {
  /** After a refused token, the files are read at once. */
  onRefreshed(state: ReportState, outcome: Outcome): void
  stop(): void
}

/**
 * Follows the files of a configuration. If they cannot be used, the last good configuration stays, and one warning says why.
 *
 * @param apply changes what runs
 */
export function followFiles(
  { source, operations }: Config,
  apply: (operations: readonly Operation[]) => Promise<void>,
  log: Logger,
): FileFollower {
  if (source === undefined || source.files.length === 0) return { onRefreshed: () => {}, stop: () => {} }
  const { files, readAgain } = source
  let current = operations
  let lastProblems: string | undefined

  const watcher = watchFiles(files, async () => {
    try {
      const { operations: wanted } = await readAgain()
      if (lastProblems !== undefined) log.info({ files }, 'configuration files can be used again')
      lastProblems = undefined
      const changed = wanted.filter((operation) => !current.some((other) => isSame(operation, other)))
      if (changed.length === 0) return
      current = wanted
      await apply(wanted)
      for (const { name } of changed) log.info({ operation: name }, 'changed files are in use')
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      if (error.message === lastProblems) return
      lastProblems = error.message
      log.warn({ problems: error.problems }, 'changed files cannot be used; the last good settings stay')
    }
  })
  return {
    onRefreshed(_state, outcome) {
      if (!outcome.ok && outcome.failure.reason === 'invalid_token') watcher.check()
    },
    stop: watcher.stop,
  }
}

function isSame(one: Operation, other: Operation): boolean {
  return haveSameSettings(one, other) && credentialsFingerprint(one) === credentialsFingerprint(other)
}
