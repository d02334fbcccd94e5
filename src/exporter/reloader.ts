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
  /** Stops. Resolves when no file operation is in flight: never, while one hangs. */
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
  readonly reloads: Pick<Reloads, 'noteFor'>
}

/** What to read: the files of secrets and certificates alone, or everything. */
type Scope = 'files' | 'everything'

/** A reload that has not started yet. */
interface Waiting {
  scope: Scope
  /** Someone waits for the result, so the log has it, even if it repeats. */
  isRequested: boolean
  readonly problems: Promise<readonly string[]>
}

// Reading a file times out earlier. A hung disk can still delay the end of a refresh.
const ANSWER_WITHIN_MS = 30_000

/** Follows the files of a configuration, and reloads on request. */
export function createReloader(parts: ReloaderParts): Reloader {
  const { config, reloadOnChangeOf, apply, webAccess, log, reloads } = parts
  let current = config
  // A refresh of the files can succeed while the configuration file is broken, so each scope has its own result.
  const results = {
    files: { failures: createRepeatedFailures(), note: reloads.noteFor('files of the configuration') },
    everything: { failures: createRepeatedFailures(), note: reloads.noteFor('configuration') },
  }
  const noteWeb = reloads.noteFor('web configuration')
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
      const found = await read(scope)
      const problems = [...found.problems, ...found.webProblems]
      if (problems.length > 0) {
        if (found.webProblems.length > 0) noteWeb(false)
        if (found.problems.length > 0) results[scope].note(false)
        return logFailure(scope, isRequested, problems)
      }
      const { keptProblems = [] } = found.config
      await change(found.config, scope, isRequested)
      found.applyWeb()
      if (scope === 'everything') noteWeb(true)
      if (keptProblems.length === 0) return []
      results[scope].note(false)
      return logFailure(scope, isRequested, keptProblems)
    } catch (error) {
      results[scope].note(false)
      if (error instanceof StorageInUseError) return logFailure(scope, isRequested, [error.message])
      const problems = ['internal error; the log has the details']
      // The watchers try again every few seconds. Only after a recorded failure does the next good reload count as a recovery.
      const { level, fields } = results[scope].failures.failed(problems, now())
      log[isRequested || level === 'warn' ? 'error' : 'debug']({ err: error, ...fields }, 'reload failed')
      return problems
    }
  }

  async function read(scope: Scope) {
    const { source } = current
    const readConfig = scope === 'files' ? source?.readFiles : source?.readAll
    let wanted = current
    let problems: readonly string[] = []
    try {
      if (readConfig !== undefined) wanted = await readConfig()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems = error.problems
    }
    const web = scope === 'everything' ? await webAccess?.prepareReload() : undefined
    return {
      config: wanted,
      problems,
      webProblems: web?.problems ?? [],
      applyWeb: web?.apply ?? (() => {}),
    }
  }

  async function change(wanted: Config, scope: Scope, isRequested: boolean): Promise<void> {
    const changes = changesBetween(current.operations, wanted.operations)
    const hasChanges = Object.keys(changes).length > 0
    if (hasChanges) await apply(wanted.operations)
    for (const problem of wanted.warnings) {
      if (!current.warnings.includes(problem)) log.warn({ problem }, 'configuration warning')
    }
    current = wanted
    if (wanted.keptProblems !== undefined) {
      if (hasChanges) log.info(changes, 'configuration reloaded')
      return
    }
    const recovered = succeeded(scope)
    if (!hasChanges && recovered === undefined && !isRequested) return
    const level = hasChanges || isRequested ? 'info' : (recovered?.level ?? 'debug')
    log[level]({ ...changes, ...recovered?.fields }, 'configuration reloaded')
    results[scope].note(true)
  }

  /** Reading everything includes the files. */
  function succeeded(scope: Scope) {
    const recovered = results[scope].failures.succeeded(now())
    if (scope === 'files') return recovered
    results.files.note(true)
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
