import { failedOutcome, type Outcome } from '../../src/model/outcome.ts'
import {
  type ExporterState,
  initialState,
  type ReportState,
  withNextRefresh,
  withOutcome,
  withRefreshInProgress,
  withRequest,
} from '../../src/scheduling/state.ts'
import { Secret } from '../../src/secret.ts'
import type { FailureReason } from '../../src/wolkvox/failure.ts'
import { anAccountState, anOperation, aSuccess, momentAt } from '../../tools/fixtures.ts'

export const NOW = Date.UTC(2026, 0, 2, 15)
export const MINUTE = 60_000

const INTERVAL_MS = 5 * MINUTE

const received = { status: 200, bytes: 81_234 }

/** A refresh that succeeds. */
export const good = (records = 200, rejections?: Outcome['rejections']): ((at: number) => Outcome) => {
  return (at) => ({ ...aSuccess({ fetchedAt: at, records, rows: records }, rejections), received })
}

/** A refresh that fails. */
export const bad = (reason: FailureReason, message = `the message of ${reason}`) => {
  return (): Outcome => failedOutcome(reason, message)
}

/**
 * A report after these refreshes, the last of which began {@link INTERVAL_MS} before the next one is due.
 *
 * @param sinceMs how long ago the last refresh ended
 */
export function aReport(
  operation: string,
  report: string,
  refreshes: readonly ((at: number) => Outcome)[],
  sinceMs = MINUTE,
): ReportState {
  const settings = { name: report, refreshIntervalMs: INTERVAL_MS, staleAfterMs: 3 * INTERVAL_MS }
  const first = NOW - sinceMs - (refreshes.length - 1) * INTERVAL_MS
  return refreshes.reduce(
    (state, refresh, index) => {
      const at = first + index * INTERVAL_MS
      const begun = withRequest(withRefreshInProgress(state, at + INTERVAL_MS))
      return withNextRefresh(withOutcome(begun, refresh(at), 420, momentAt(at)), at + INTERVAL_MS)
    },
    initialState(operation, settings, NOW),
  )
}

const repeat = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

/** A state with every condition that the status page shows. */
export function aMixedState(): ExporterState {
  const operationOf = (name: string, server: string) => ({
    operation: anOperation({ name, server, token: new Secret('test-token-of-the-page') }),
    account: server,
    storageFailures: server === '0042' ? 0 : 3,
  })
  const message = 'wolkvox responded with code 403: PLEASE VALIDATE TOKEN'
  return {
    accounts: [
      anAccountState({ dailyLimit: 50_000, requestsOfDay: { day: '2026-01-02', count: 1234 } }),
      anAccountState({ account: '0077', requestsOfDay: { day: '2026-01-02', count: 96 }, dailyLimit: 100 }),
    ],
    operations: [operationOf('ventas-bogota', '0042'), operationOf('soporte', '0077')],
    reports: [
      aReport('ventas-bogota', 'agents', [...repeat(11, good()), bad('timeout'), ...repeat(8, good())]),
      aReport('ventas-bogota', 'token_info', [good(1, { records: {}, values: { token_limit: 1 } })]),
      aReport('soporte', 'agents', [...repeat(18, good(87)), bad('timeout'), bad('timeout')]),
      aReport('soporte', 'token_info', repeat(25, bad('invalid_token', message))),
    ],
  }
}

/** A state in which everything is well. */
export function aGoodState(): ExporterState {
  const { accounts, operations } = aMixedState()
  return {
    accounts: accounts.slice(0, 1),
    operations: operations.slice(0, 1),
    reports: [aReport('ventas-bogota', 'agents', repeat(20, good()))],
  }
}

/** Many operations with seven reports each; the first of them fails. */
export function aLargeState(operations = 50): ExporterState {
  const names = Array.from({ length: operations }, (_, index) => `operacion-${index + 1}`)
  return {
    accounts: names.map((account) => anAccountState({ account, dailyLimit: 50_000 })),
    operations: names.map((name) => ({
      operation: anOperation({ name }),
      account: name,
      storageFailures: 0,
    })),
    reports: names.flatMap((name, index) =>
      repeat(7, 'agents').map((report, number) => ({
        ...aReport(name, report, [...repeat(19, good()), index + number === 0 ? bad('timeout') : good()]),
        report: `${report}_${number + 1}`,
      })),
    ),
  }
}
