import { dailyLimit } from '../config/account.ts'
import type { Operation } from '../config/operation.ts'
import { renderReport } from '../exposition/render-report.ts'
import {
  type CallResult,
  failedOutcome,
  type Outcome,
  type RenderedSnapshot,
  type RestoreResult,
} from '../model/outcome.ts'
import type { KeepsAgent } from '../reports/agent-filter.ts'
import { reportNamed } from '../reports/index.ts'
import { readReport, type Snapshot } from '../reports/read-report.ts'
import { type AnyReport, type RowSettings, requestPathOf } from '../reports/report.ts'
import { decodeSnapshot, encodeSnapshot } from '../storage/snapshot-file.ts'
import { toFailure, type WolkvoxFailure } from '../wolkvox/failure.ts'
import { createRedactor, secretsOf } from '../wolkvox/redaction.ts'
import { type FromWorker, fromPlain, type TaskRequest, type ToWorker } from './protocol.ts'

/** Handles the messages that a worker thread receives. */
export interface TaskRunner {
  /** Runs a task, or ends one early. @param reply called with each message to send back */
  handle(message: ToWorker, reply: (message: FromWorker) => void): Promise<void>
  /** How many tasks are in progress. */
  running(): number
}

/** Makes a runner of the tasks of a worker thread. */
export function createTaskRunner(): TaskRunner {
  const inProgress = new Map<number, AbortController>()

  return {
    async handle(message, reply) {
      const { id } = message
      if ('abort' in message) {
        inProgress.get(id)?.abort(new Error('ended early'))
        return
      }
      const ending = new AbortController()
      inProgress.set(id, ending)
      try {
        await run(id, message.request, ending.signal, reply)
      } catch (error) {
        if (!ending.signal.aborted) throw error
        reply({ id, result: undefined, more: false })
      } finally {
        inProgress.delete(id)
      }
    },
    running: () => inProgress.size,
  }
}

async function run(
  id: number,
  request: TaskRequest,
  signal: AbortSignal,
  reply: (message: FromWorker) => void,
): Promise<void> {
  const operation = fromPlain(request.operation)
  const report = reportNamed(request.report)
  switch (request.task) {
    case 'call':
      return reply({ id, result: await call(operation, report, signal), more: false })
    case 'restore':
      return reply({ id, result: await restore(operation, report, request.stored), more: false })
    case 'read': {
      const { outcome, snapshot } = await read(operation, report, request.response)
      const more = request.encode && snapshot !== undefined
      reply({ id, result: outcome, more })
      // After the reply: the data is served while the file's bytes are made.
      if (more) reply({ id, encoded: encodeSnapshot(operation, report, snapshot, Date.now()) })
    }
  }
}

async function call(operation: Operation, report: AnyReport, signal: AbortSignal): Promise<CallResult> {
  // Loaded here, because a thread that only reads needs no HTTP client.
  const { fetchResponse } = await import('../wolkvox/client.ts')
  try {
    return {
      ok: true,
      response: await fetchResponse(
        operation,
        requestPathOf(report, rowSettingsOf(operation, report)),
        signal,
      ),
    }
  } catch (error) {
    signal.throwIfAborted()
    const { reason, message, advice } = toSafeFailure(error, operation)
    return { ok: false, failure: { reason, message, ...advice } }
  }
}

/** Reads and renders a response. Every error is a failed outcome. */
export async function read(
  operation: Operation,
  report: AnyReport,
  response: Parameters<typeof readReport>[1],
): Promise<{ readonly outcome: Outcome; readonly snapshot: Snapshot | undefined }> {
  let rejections: Outcome['rejections'] = { records: {}, values: {} }
  try {
    const found = readReport(report, response, {
      ...rowSettingsOf(operation, report),
      keepsAgent: await agentFilterOf(operation),
    })
    rejections = found.rejections
    const { snapshot, excludedIds } = found
    if (snapshot.rows.length === 0 && (snapshot.records > excludedIds.length || report.needsRecord)) {
      const message =
        snapshot.records === 0
          ? 'the response has no record'
          : `none of the ${snapshot.records - excludedIds.length} records could be read (${counts(rejections.records)})`
      return { outcome: failedOutcome('malformed', message, rejections), snapshot: undefined }
    }
    const rendered = await render(report, snapshot, operation, excludedIds)
    const { accountCalls, rejected } = accountCallsOf(report, snapshot, operation)
    rejections = { ...rejections, values: { ...rejections.values, ...rejected } }
    const missing = found.missingFields.length > 0 && { missingFields: found.missingFields }
    const privacyProblem = report.privacyProblemOf?.(snapshot.rows, operation)
    return { outcome: { ok: true, rendered, accountCalls, rejections, ...missing, privacyProblem }, snapshot }
  } catch (error) {
    const { reason, message, advice } = toSafeFailure(error, operation)
    return {
      outcome: failedOutcome(reason, message, rejections, advice),
      snapshot: undefined,
    }
  }
}

/** Compiled filters by their settings: a thread reads the reports of several operations. */
const filters = new Map<string, KeepsAgent>()

// A change of the configuration makes another filter.
const MAX_FILTERS = 1000

/** The engine is loaded only with a filter. */
async function agentFilterOf({ agentFilter }: Operation): Promise<KeepsAgent | undefined> {
  if (agentFilter === undefined) return undefined
  const key = JSON.stringify(agentFilter)
  const known = filters.get(key)
  if (known !== undefined) return known
  const { createAgentFilter } = await import('../reports/agent-filter.ts')
  const filter = createAgentFilter(agentFilter)
  if (filters.size >= MAX_FILTERS) filters.clear()
  filters.set(key, filter)
  return filter
}

/** The settings of an operation as one of its reports sees them. */
function rowSettingsOf(operation: Operation, { name }: AnyReport): Operation & RowSettings {
  return { ...operation, parameters: operation.reports.find((report) => report.name === name)?.parameters }
}

// wolkvox refuses calls above the limit, and counts few of those that it refuses. A much larger number, such as a phone number in
// the wrong field, would stop all other reports.
const MAX_PLAUSIBLE_LIMITS = 2

/**
 * The calls of all programs of the account today, if the report has the field and its value can be read.
 *
 * @returns also the field if its value is implausible: it counts as a value that could not be read
 */
function accountCallsOf(
  { accountCallsField }: AnyReport,
  { columns }: Snapshot,
  operation: Operation,
): { readonly accountCalls?: number; readonly rejected?: Readonly<Record<string, number>> } {
  const [calls = Number.NaN] = accountCallsField === undefined ? [] : (columns[accountCallsField] ?? [])
  if (accountCallsField === undefined || Number.isNaN(calls)) return {}
  const limit = dailyLimit(operation) ?? Number.POSITIVE_INFINITY
  if (calls > limit * MAX_PLAUSIBLE_LIMITS) return { rejected: { [accountCallsField]: 1 } }
  return { accountCalls: calls }
}

/** Nothing has redacted the message of an unexpected error: it can quote any secret of the operation. */
function toSafeFailure(
  error: unknown,
  operation: Operation,
): Pick<WolkvoxFailure, 'reason' | 'message' | 'advice'> {
  const { reason, message, advice } = toFailure(error)
  if (reason !== 'internal') return { reason, message, advice }
  return { reason, message: createRedactor(...secretsOf(operation))(message), advice }
}

async function restore(operation: Operation, report: AnyReport, stored: Uint8Array): Promise<RestoreResult> {
  const { content, ...unusable } = decodeSnapshot(stored, operation, report, Date.now())
  // The filter's ids are not stored. Without them, the groups of those agents would count as unknown until the next refresh.
  const excludedIds = operation.agentFilter === undefined ? [] : undefined
  return { rendered: content && (await render(report, content, operation, excludedIds)), ...unusable }
}

async function render(
  report: AnyReport,
  snapshot: Snapshot,
  operation: Operation,
  excludedIds: readonly string[] | undefined,
): Promise<RenderedSnapshot> {
  const { fetchedAt, records, rows, bytes } = snapshot
  const segments = await renderReport(report, snapshot, operation, operation.excludedMetrics)
  const unknownInGroups = excludedIds && report.unknownInGroups?.(rows, excludedIds, operation)
  return {
    report: report.name,
    fetchedAt,
    records,
    rows: rows.length,
    responseBytes: bytes,
    segments,
    ...(unknownInGroups !== undefined && { unknownInGroups }),
  }
}

function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
