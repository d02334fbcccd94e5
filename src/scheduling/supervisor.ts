import { isDeepStrictEqual } from 'node:util'
import { endsWithin } from '../clock.ts'
import { accountIdOf, accountLabelOf, dailyLimit } from '../config/account.ts'
import type { Operation, ReportSettings } from '../config/operation.ts'
import { credentialsFingerprint, haveSameData, haveSameSettings } from '../config/operation-changes.ts'
import type { Attempt } from '../model/outcome.ts'
import type { AccountStorage, SnapshotStorage, StoredSchedule } from '../model/storage-ports.ts'
import { type Account, type AccountSettings, openAccount } from './account.ts'
import { type RefreshEvents, type Refresher, startRefresher } from './refresher.ts'
import { startOffset } from './schedule.ts'
import { reportKey, scheduledReport } from './scheduled-report.ts'
import type { ExporterState, OperationState, ReportState } from './state.ts'

/** Runs a refresher for each report of each operation. */
export interface Supervisor {
  /**
   * Starts, keeps and stops refreshers, so that exactly the given operations are refreshed. A report whose operation and settings
   * did not change keeps its data, schedule and counts, even if the token or the groups have changed. If only intervals or the way
   * of calling have changed, data and counts are kept too. Several calls run one after the other. All changes become visible at
   * once, after every stopped refresher has ended. Starts nothing after `stop`.
   *
   * @throws StorageInUseError when another exporter uses the storage of a new account. Nothing has changed then
   */
  apply(operations: readonly Operation[]): Promise<void>
  /** The state of all accounts, operations and reports now: the same object as before if nothing has changed. */
  state(): ExporterState
  /** Rejects when a refresher cannot continue; never resolves. */
  readonly failed: Promise<never>
  /** Stops every refresher for good, and resolves when nothing is running any more. */
  stop(): Promise<void>
}

/** What a supervisor works with. */
export interface SupervisorParts {
  readonly attempt: (operation: Operation, report: string, signal: AbortSignal) => Promise<Attempt>
  readonly storageOf: (operation: Operation) => AccountStorage
  readonly snapshotsOf: (operation: Operation, report: string) => SnapshotStorage
  readonly events: RefreshEvents
}

interface RunningAccount {
  readonly account: Account
  /** What an earlier process has left for reports that have not started yet. */
  readonly schedules: Map<string, StoredSchedule>
}

interface RunningOperation {
  state: OperationState
}

interface RunningReport {
  readonly accountKey: string
  /** As it was applied last. */
  operation: Operation
  readonly settings: ReportSettings
  readonly refresher: Refresher
}

/** What a report that starts continues from. */
interface Predecessor {
  readonly schedule: StoredSchedule
  /** `undefined` if its data cannot be shown under the new settings. */
  readonly state: ReportState | undefined
}

// Releasing a lock takes milliseconds.
const CLOSE_WAIT_MS = 1000

/** Makes a supervisor that runs nothing yet. */
export function createSupervisor(parts: SupervisorParts): Supervisor {
  const { attempt, storageOf, snapshotsOf, events } = parts
  const accounts = new Map<string, RunningAccount>()
  const operations = new Map<string, RunningOperation>()
  const reports = new Map<string, RunningReport>()
  /** Accounts whose storage is being closed, which can take as long as the disk hangs. */
  const closing = new Map<string, Promise<void>>()
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  // A failure before anyone waits for it must not end the process.
  failed.catch(() => {})
  let applying: Promise<unknown> = Promise.resolve()
  let isStopped = false
  let last: ExporterState = { accounts: [], operations: [], reports: [] }

  async function apply(wanted: readonly Operation[]): Promise<void> {
    if (isStopped) return
    await openAccounts(wanted)
    const stopping = [...reports].filter(
      ([, running]) => !wanted.some((operation) => keeps(operation, running)),
    )
    await Promise.all(stopping.map(([, { refresher }]) => refresher.stop()))
    if (isStopped) return closeAccounts([])
    // From here on nothing waits: no scrape sees a part of the changes.
    const predecessors = removeReports(stopping, wanted)
    updateOperations(wanted)
    updateRunningReports(wanted)
    const starting = wanted.flatMap((operation) =>
      operation.reports
        .filter(({ name }) => !reports.has(reportKey(operation.name, name)))
        .map((settings) => ({ operation, settings })),
    )
    for (const [index, { operation, settings }] of starting.entries()) {
      const offset = startOffset(index, starting.length, settings.refreshIntervalMs)
      start(operation, settings, offset, predecessors.get(reportKey(operation.name, settings.name)))
    }
    closeAccounts(wanted)
    // Usually, the locks of removed accounts are free when this ends. A hung disk must not block the next call.
    await endsWithin(CLOSE_WAIT_MS, Promise.all(closing.values()))
  }

  async function openAccounts(wanted: readonly Operation[]): Promise<void> {
    const opened = new Map<string, RunningAccount>()
    const opening = [...Map.groupBy(wanted, accountIdOf)].map(async ([key, [first]]) => {
      if (first === undefined || accounts.has(key)) return
      // A close in progress would release the lock that is acquired now.
      await closing.get(key)
      const settings = accountSettings(first, wanted)
      const { account, stored } = await openAccount(settings, storageOf(first))
      opened.set(key, { account, schedules: new Map(Object.entries(stored?.schedules ?? {})) })
    })
    const results = await Promise.allSettled(opening)
    const refused = results.find((result) => result.status === 'rejected')
    if (refused !== undefined) {
      await Promise.all([...opened.values()].map(({ account }) => account.close()))
      throw refused.reason
    }
    for (const [key, running] of opened) accounts.set(key, running)
  }

  /** @returns for each stopped report, what its successor continues from */
  function removeReports(
    stopped: readonly (readonly [string, RunningReport])[],
    wanted: readonly Operation[],
  ): ReadonlyMap<string, Predecessor> {
    return new Map(
      stopped.flatMap(([key, running]) => {
        const { accountKey, operation, refresher } = running
        reports.delete(key)
        accounts.get(accountKey)?.account.forgetSchedule(key)
        const next = wanted.find(({ name }) => name === operation.name)
        const isRemoved = next?.reports.every(({ name }) => name !== running.settings.name) ?? true
        if (isRemoved) events.onRemoved(refresher.state())
        // In another account, what is stored there decides: it may have been there before.
        if (next === undefined || accountIdOf(next) !== accountKey) return []
        const credentials = credentialsFingerprint(operation)
        const state = continuesData(next, running) ? refresher.state() : undefined
        // The age of the data decides: without data, waiting for the old schedule would leave a gap.
        return [[key, { schedule: { earliestFetch: 0, credentials }, state }] as const]
      }),
    )
  }

  function updateOperations(wanted: readonly Operation[]): void {
    for (const name of [...operations.keys()]) {
      if (!wanted.some((operation) => operation.name === name)) operations.delete(name)
    }
    for (const operation of wanted) {
      const storageFailures = operations.get(operation.name)?.state.storageFailures ?? 0
      const settings = accountSettings(operation, wanted)
      accounts.get(accountIdOf(operation))?.account.configure(settings)
      operations.set(operation.name, { state: { operation, account: settings.account, storageFailures } })
    }
  }

  /** Reports that continue make their next call with the current token, and label agents by the current groups. */
  function updateRunningReports(wanted: readonly Operation[]): void {
    for (const running of reports.values()) {
      const operation = wanted.find(({ name }) => name === running.operation.name)
      if (operation === undefined) continue
      const credentials = credentialsFingerprint(operation)
      const isChanged = credentials !== credentialsFingerprint(running.operation)
      running.operation = operation
      if (isChanged) running.refresher.useCredentials(credentials)
    }
  }

  function start(
    operation: Operation,
    settings: ReportSettings,
    startOffsetMs: number,
    predecessor: Predecessor | undefined,
  ): void {
    const key = reportKey(operation.name, settings.name)
    const running = accounts.get(accountIdOf(operation))
    if (running === undefined) throw new Error(`the account of ${operation.name} is not open`)
    const stored = running.schedules.get(key)
    // If the report starts again after it was removed, the age of its data decides.
    running.schedules.delete(key)
    const refresher = startRefresher(operation, settings, {
      account: running.account,
      report: scheduledReport(settings, operation),
      snapshots: snapshotsOf(operation, settings.name),
      schedule: predecessor?.schedule ?? stored,
      previous: predecessor?.state,
      credentials: credentialsFingerprint(operation),
      startOffsetMs,
      attempt: (signal) => attempt(reports.get(key)?.operation ?? operation, settings.name, signal),
      onStorageFailure: () => noteStorageFailure(operation.name),
      events,
    })
    refresher.ended.catch(fail)
    reports.set(key, { accountKey: accountIdOf(operation), operation, settings, refresher })
  }

  function noteStorageFailure(name: string): void {
    const running = operations.get(name)
    if (running === undefined) return
    running.state = { ...running.state, storageFailures: running.state.storageFailures + 1 }
  }

  function closeAccounts(wanted: readonly Operation[]): void {
    const kept = new Set(wanted.map(accountIdOf))
    for (const [key, { account }] of accounts) {
      if (kept.has(key)) continue
      accounts.delete(key)
      closing.set(
        key,
        account.close().finally(() => closing.delete(key)),
      )
    }
  }

  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = applying.then(task)
    // The caller of `apply` gets the error; the next task starts whether this one failed or not.
    applying = result.catch(() => {})
    return result
  }

  return {
    apply: (wanted) => inTurn(() => apply(wanted)),
    // Each scrape asks for it, so it allocates nothing unless something has changed.
    state() {
      const { accounts: accountStates, operations: operationStates, reports: reportStates } = last
      const isUnchanged =
        areStatesOf(accountStates, accounts, ({ account }) => account.state()) &&
        areStatesOf(operationStates, operations, ({ state }) => state) &&
        areStatesOf(reportStates, reports, ({ refresher }) => refresher.state())
      if (isUnchanged) return last
      last = {
        accounts: [...accounts.values()].map(({ account }) => account.state()),
        operations: [...operations.values()].map(({ state }) => state),
        reports: [...reports.values()].map(({ refresher }) => refresher.state()),
      }
      return last
    },
    failed,
    // Does not wait for `apply`: a hung disk may block it, and the process must end within seconds.
    async stop() {
      isStopped = true
      await Promise.all([...reports.values()].map(({ refresher }) => refresher.stop()))
      await Promise.all([
        ...[...accounts.values()].map(({ account }) => account.close()),
        ...closing.values(),
      ])
    },
  }
}

/** Whether a list consists of the states of everything in a map, in the same order. */
function areStatesOf<State, Running>(
  states: readonly State[],
  running: ReadonlyMap<string, Running>,
  stateOf: (running: Running) => State,
): boolean {
  if (states.length !== running.size) return false
  let index = 0
  for (const one of running.values()) {
    if (states[index] !== stateOf(one)) return false
    index += 1
  }
  return true
}

/** @param operations all of them */
function accountSettings(operation: Operation, operations: readonly Operation[]): AccountSettings {
  const { timeZone, licenses } = operation
  const id = accountIdOf(operation)
  const reports = operations
    .filter((other) => accountIdOf(other) === id)
    .flatMap((other) => other.reports.map((report) => scheduledReport(report, other)))
  const account = accountLabelOf(operation, operations)
  return { account, timeZone, dailyLimit: dailyLimit({ licenses }), reports }
}

/** Whether a running report continues unchanged under the wanted settings of an operation. */
function keeps(wanted: Operation, { operation, settings }: RunningReport): boolean {
  return (
    haveSameSettings(wanted, operation) &&
    wanted.reports.some((report) => isDeepStrictEqual(report, settings))
  )
}

/** Whether the data of a running report can be shown under the wanted settings of its operation. */
function continuesData(wanted: Operation, { operation, settings }: RunningReport): boolean {
  return (
    haveSameData(wanted, operation) &&
    wanted.reports.some((report) => isDeepStrictEqual(withoutIntervals(report), withoutIntervals(settings)))
  )
}

function withoutIntervals({ refreshIntervalMs, staleAfterMs, ...settings }: ReportSettings) {
  return settings
}
