import { endsWithin, now } from '../clock.ts'
import { ConfigError } from '../config/config-error.ts'
import type { Config, Operation } from '../config/operation.ts'
import { haveSameConfiguration } from '../config/operation-changes.ts'
import { type FileWatcher, watchFiles } from '../file-watcher.ts'
import type { Outcome } from '../model/outcome.ts'
import { createRepeatedFailures } from '../repeated-failures.ts'
import type { ReportState } from '../scheduling/state.ts'
import type { WebAccess } from '../server/web-config/web-access.ts'
import { StorageInUseError } from '../storage/storage-lock.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Reloads } from '../telemetry/reloads.ts'

/** Reads the configuration again while the exporter runs: on request, and when its files change. */
export interface Reloader {
  /**
   * Reads everything again, the web configuration included. If anything is wrong, nothing changes and the last good configuration
   * stays. Reloads run one after the other; requests that arrive while one runs share the next.
   *
   * @returns what is wrong, without secrets; nothing after a success
   */
  reload(): Promise<readonly string[]>
  /** After a refused token, the files are read at once. */
  onRefreshed(state: ReportState, outcome: Outcome): void
  /** Stops. Resolves when no file operation is in flight. If one hangs, it does not resolve. */
  close(): Promise<void>
}

/** What a reloader works with. */
export interface ReloaderParts {
  /** What the exporter has started with. */
  readonly config: Config
  /** Files whose change reloads everything, such as the configuration file. */
  readonly reloadOnChangeOf: readonly string[]
  /** Changes what runs. @throws StorageInUseError without changing anything */
  readonly apply: (operations: readonly Operation[]) => Promise<void>
  readonly webAccess: Pick<WebAccess, 'prepareReload'> | undefined
  readonly log: Logger
  readonly reloads: Pick<Reloads, 'recorderFor'>
}

/** What to read: the files of secrets and certificates alone, or everything. */
type Scope = 'files' | 'everything'

/** A reload that has not started yet. */
interface Waiting {
  scope: Scope
  /** Whether a caller waits for the result. The log then always contains it, even if it repeats. */
  isRequested: boolean
  readonly problems: Promise<readonly string[]>
}

// File reads time out earlier. A reload also waits for the refreshes that it stops, which a hung disk can delay.
const ANSWER_WITHIN_MS = 30_000

/** Follows the files of a configuration, and reloads on request. */
export function createReloader(parts: ReloaderParts): Reloader {
  const { config, reloadOnChangeOf, apply, webAccess, log, reloads } = parts
  let current = config
  // A refresh of the files can succeed while the configuration file is broken, so each scope has its own result.
  const results = {
    files: {
      failures: createRepeatedFailures(),
      recordResult: reloads.recorderFor('files of the configuration'),
    },
    everything: { failures: createRepeatedFailures(), recordResult: reloads.recorderFor('configuration') },
  }
  const recordWebResult = reloads.recorderFor('web configuration')
  let running: Promise<unknown> = Promise.resolve()
  let waiting: Waiting | undefined
  let isClosed = false

  function request(scope: Scope, isRequested: boolean): Promise<readonly string[]> {
    if (waiting !== undefined) {
      if (scope === 'everything') waiting.scope = scope
      waiting.isRequested ||= isRequested
      return waiting.problems
    }
    const problems = running.then(() => {
      waiting = undefined
      return isClosed ? ['the exporter is shutting down'] : run(next.scope, next.isRequested)
    })
    const next: Waiting = { scope, isRequested, problems }
    waiting = next
    running = problems
    return problems
  }

  /** Never rejects: an unexpected failure must not end a running exporter. */
  async function run(scope: Scope, isRequested: boolean): Promise<readonly string[]> {
    try {
      const loaded = await read(scope)
      const problems = [...loaded.problems, ...loaded.webProblems]
      if (problems.length > 0) {
        if (loaded.webProblems.length > 0) recordWebResult(false)
        if (loaded.problems.length > 0) results[scope].recordResult(false)
        return logFailure(scope, isRequested, problems)
      }
      const { toleratedProblems = [] } = loaded.config
      await change(loaded.config, scope, isRequested)
      loaded.applyWeb()
      if (scope === 'everything') recordWebResult(true)
      if (toleratedProblems.length === 0) return []
      results[scope].recordResult(false)
      return logFailure(scope, isRequested, toleratedProblems)
    } catch (error) {
      results[scope].recordResult(false)
      if (error instanceof StorageInUseError) return logFailure(scope, isRequested, [error.message])
      const problems = ['internal error; the log has the details']
      // The watchers retry every few seconds. The next good reload counts as a recovery only if this failure is recorded.
      const { level, fields } = results[scope].failures.failed(problems, now())
      log[isRequested || level === 'warn' ? 'error' : 'debug']({ err: error, ...fields }, 'reload failed')
      return problems
    }
  }

  async function read(scope: Scope) {
    const { source } = current
    const readConfig = scope === 'files' ? source?.readFiles : source?.readAll
    let newConfig = current
    let problems: readonly string[] = []
    try {
      if (readConfig !== undefined) newConfig = await readConfig()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems = error.problems
    }
    const web = scope === 'everything' ? await webAccess?.prepareReload() : undefined
    return {
      config: newConfig,
      problems,
      webProblems: web?.problems ?? [],
      applyWeb: web?.apply ?? (() => {}),
    }
  }

  async function change(newConfig: Config, scope: Scope, isRequested: boolean): Promise<void> {
    const changes = changesBetween(current.operations, newConfig.operations)
    const hasChanges = Object.keys(changes).length > 0
    if (hasChanges) await apply(newConfig.operations)
    for (const problem of newConfig.warnings) {
      if (!current.warnings.includes(problem)) log.warn({ problem }, 'configuration warning')
    }
    current = newConfig
    if (newConfig.toleratedProblems !== undefined) {
      if (hasChanges) log.info(changes, 'configuration reloaded')
      return
    }
    const recovered = recordSuccess(scope)
    if (!hasChanges && recovered === undefined && !isRequested) return
    const level = hasChanges || isRequested ? 'info' : (recovered?.level ?? 'debug')
    log[level]({ ...changes, ...recovered?.fields }, 'configuration reloaded')
    results[scope].recordResult(true)
  }

  /**
   * Records a success. Reading everything includes the files.
   *
   * @returns what to log about the recovery; `undefined` if nothing had failed
   */
  function recordSuccess(scope: Scope) {
    const recovered = results[scope].failures.succeeded(now())
    if (scope === 'files') return recovered
    results.files.recordResult(true)
    const recoveredFiles = results.files.failures.succeeded(now())
    return recovered ?? recoveredFiles
  }

  function logFailure(scope: Scope, isRequested: boolean, problems: readonly string[]): readonly string[] {
    const { level, fields } = results[scope].failures.failed(problems, now())
    log[isRequested ? 'warn' : level]({ problems, ...fields }, 'configuration not reloaded')
    return problems
  }

  const watch = (paths: () => readonly string[], scope: Scope): FileWatcher =>
    watchFiles(paths, async () => (await request(scope, false)).length === 0)
  const files = watch(() => current.source?.files ?? [], 'files')
  const watchers =
    reloadOnChangeOf.length === 0 ? [files] : [files, watch(() => reloadOnChangeOf, 'everything')]

  return {
    async reload() {
      const problems = request('everything', true)
      if (await endsWithin(ANSWER_WITHIN_MS, problems)) return problems
      const seconds = ANSWER_WITHIN_MS / 1000
      return [`the reload has not ended after ${seconds} s and continues; check the disk and the log`]
    },
    onRefreshed(_state, outcome) {
      if (!outcome.ok && outcome.failure.reason === 'invalid_token') files.check()
    },
    async close() {
      isClosed = true
      await Promise.all([...watchers.map((watcher) => watcher.close()), running])
    },
  }
}

/** Names of the operations that differ, for the log; only lists that are not empty. */
function changesBetween(before: readonly Operation[], after: readonly Operation[]) {
  const namesOf = (operations: readonly Operation[]) => operations.map(({ name }) => name)
  const find = (operations: readonly Operation[], { name }: Operation) =>
    operations.find((operation) => operation.name === name)
  const lists = {
    added: namesOf(after.filter((operation) => find(before, operation) === undefined)),
    changed: namesOf(
      after.filter((operation) => {
        const previous = find(before, operation)
        return previous !== undefined && !haveSameConfiguration(previous, operation)
      }),
    ),
    removed: namesOf(before.filter((operation) => find(after, operation) === undefined)),
  }
  return Object.fromEntries(Object.entries(lists).filter(([, names]) => names.length > 0))
}
