import { accountIdOf } from '../../src/config/account.ts'
import type { Operation } from '../../src/config/operation.ts'
import { failedOutcome, type Outcome } from '../../src/model/outcome.ts'
import { reportNamed } from '../../src/reports/index.ts'
import { readReport } from '../../src/reports/read-report.ts'
import { requestsToday } from '../../src/scheduling/budget.ts'
import { createSupervisor } from '../../src/scheduling/supervisor.ts'
import {
  type SimulatedOperation,
  startOperation,
  todayOf,
  tokenInfoOf,
} from '../../src/simulator/api/operation.ts'
import { apiErrors, errorResponse, recordsResponse } from '../../src/simulator/api/responses.ts'
import { simulatorDefaults } from '../../src/simulator/simulator.ts'
import { WolkvoxFailure } from '../../src/wolkvox/failure.ts'
import { aRenderedSnapshot } from '../../tools/fixtures.ts'
import {
  anAccountStorage,
  anAttempt,
  aSnapshotStorage,
  good,
  silentEvents,
  stopAfterTest,
} from './run-reports.ts'

// As many calls as no test makes.
const UNLIMITED = 1000

/** The simulated wolkvox that operations call. */
export interface Upstream {
  /** How long each call takes. */
  readonly latencyMs: number
  /** Requests of an account that may be in flight together. */
  readonly maxRequestsInFlight: number
  /** The account that a call reaches. By default, the one that the exporter counts it for. */
  readonly accountOf?: (operation: Operation) => string
  /** Whether a call fails for a temporary reason, by its number, from 1. */
  readonly fails?: (call: number) => boolean
}

/** One call that an account has answered. */
interface SimulatedCall {
  readonly operation: string
  readonly report: string
  readonly at: number
  readonly status: number
}

/** The time of day in a time zone, `HH:MM`. */
const timeOfDay = (timeZone: string) =>
  new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format()

/**
 * Runs operations in fake time against simulated accounts, without a network: with the limits of the simulator, its errors, and its
 * count of the account's calls.
 */
export async function runSimulated(operations: readonly Operation[], upstream: Upstream) {
  const { latencyMs, maxRequestsInFlight, accountOf = accountIdOf, fails = () => false } = upstream
  const centres = new Map<string, SimulatedOperation>()
  const calls: SimulatedCall[] = []
  for (const operation of operations) {
    const { licenses = UNLIMITED, timeZone } = operation
    if (centres.has(accountOf(operation))) continue
    const startAt = timeOfDay(timeZone)
    const options = { ...simulatorDefaults, agents: 1, startAt, licenses, maxRequestsInFlight }
    centres.set(accountOf(operation), startOperation(options))
  }

  function centreOf(operation: Operation): SimulatedOperation {
    const centre = centres.get(accountOf(operation))
    if (centre === undefined) throw new Error(`${operation.name} has no simulated account`)
    return centre
  }

  async function respond(operation: Operation) {
    const centre = centreOf(operation)
    const isFaulty = fails(calls.length + 1)
    const error = centre.limiter.admit(todayOf(centre))
    if (error !== undefined) return errorResponse(error)
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs))
    centre.limiter.release()
    if (isFaulty) return errorResponse({ ...apiErrors.unknownApi, code: 503 })
    return recordsResponse([tokenInfoOf(centre)])
  }

  async function attempt(operation: Operation, name: string): Promise<Outcome> {
    const at = Date.now()
    const report = reportNamed(name)
    const { status, body } = await respond(operation)
    calls.push({ operation: operation.name, report: name, at, status })
    // The records of other reports tell nothing about the account. Reading them would take most of the time of a day.
    if (status === 200 && report.accountCallsField === undefined) return good()
    try {
      const response = { status, body: Buffer.from(body), fetchedAt: Date.now(), retryAfter: '' }
      const { snapshot } = readReport(report, response, operation)
      const [accountCalls] =
        report.accountCallsField === undefined ? [] : (snapshot.columns[report.accountCallsField] ?? [])
      const rendered = aRenderedSnapshot({ report: name, fetchedAt: response.fetchedAt })
      return { ok: true, rendered, accountCalls, rejections: { records: {}, values: {} } }
    } catch (error) {
      if (!(error instanceof WolkvoxFailure)) throw error
      return failedOutcome(error.reason, error.message)
    }
  }

  const supervisor = createSupervisor({
    attempt: async (operation, report) => anAttempt(await attempt(operation, report)),
    storageOf: () => anAccountStorage(),
    snapshotsOf: () => aSnapshotStorage(),
    events: silentEvents,
  })
  stopAfterTest(supervisor)
  await supervisor.apply(operations)
  return {
    calls,
    /** What the account of an operation has counted. */
    limiterOf: (operation: Operation) => centreOf(operation).limiter,
    statuses: () => [...new Set(calls.map(({ status }) => status))],
    refreshes: () => supervisor.state().reports.reduce((sum, { refreshes }) => sum + refreshes, 0),
    /** What the exporter counts for each account. */
    requestsToday: () => supervisor.state().accounts.map((account) => requestsToday(account, Date.now())),
    /** Refreshes of a report that failed, by operation and reason. */
    failuresOf: (name: string) =>
      supervisor
        .state()
        .reports.filter(({ report }) => report === name)
        .map(({ failures }) => failures),
    stop: () => supervisor.stop(),
  }
}
