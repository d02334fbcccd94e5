import type { Operation } from '../config/operation.ts'
import type { Segment } from '../gzip/segment.ts'
import { type Category, categories } from '../wolkvox/categories.ts'
import { type FailureReason, type RetryAdvice, toFailure } from '../wolkvox/failure.ts'
import type { FieldReaders } from '../wolkvox/records.ts'
import { readReport } from '../wolkvox/report.ts'
import type { ApiResponse } from '../wolkvox/response.ts'
import type { Agent, Rejections, Snapshot } from '../wolkvox/snapshot.ts'

/** The last good answer, in the form in which it is served. */
export interface Served {
  /** Moment of the fetch, in milliseconds since 1970. */
  readonly fetchedAt: number
  readonly records: number
  /** Size of the decoded answer. */
  readonly responseBytes: number
  readonly agentsByCategory: Readonly<Record<Category, number>>
  /** The agents' samples as finished, compressed text, one segment for each family of agents. */
  readonly page: readonly Segment[]
}

/** Why an attempt failed, as plain data. */
export interface Failure extends RetryAdvice {
  readonly reason: FailureReason
  readonly message: string
}

/** What came of one attempt. */
export type Outcome = { readonly rejections: Rejections } & (
  | { readonly ok: true; readonly served: Served }
  | { readonly ok: false; readonly failure: Failure }
)

/** One call to wolkvox, from the request to finished bytes. Rejects only with the signal's reason. */
export type Attempt = (operation: Operation, signal: AbortSignal) => Promise<Outcome>

interface Parts {
  readonly fetchReport: (operation: Operation, signal: AbortSignal) => Promise<ApiResponse>
  readonly fields: FieldReaders
  readonly render: (snapshot: Snapshot, operation: Operation) => Promise<readonly Segment[]>
}

const NOTHING_REJECTED: Rejections = { records: {}, values: {} }

/** The outcome of an attempt that has read nothing. */
export function failedOutcome(
  reason: FailureReason,
  message: string,
  rejections = NOTHING_REJECTED,
  advice: RetryAdvice = {},
): Outcome {
  return { ok: false, failure: { reason, message, ...advice }, rejections }
}

/** Makes an attempt out of its parts: how to fetch, which fields to read, how to render. */
export function createAttempt({ fetchReport, fields, render }: Parts): Attempt {
  return async (operation, signal) => {
    let rejections = NOTHING_REJECTED
    try {
      const answer = await fetchReport(operation, signal)
      const report = readReport(answer, operation, fields)
      rejections = report.rejections
      const { snapshot } = report
      if (snapshot.records > 0 && snapshot.agents.length === 0) {
        const message = `not one of the ${snapshot.records} records could be read (${counts(rejections.records)})`
        return failedOutcome('malformed', message, rejections)
      }
      return { ok: true, served: toServed(snapshot, await render(snapshot, operation)), rejections }
    } catch (error) {
      signal.throwIfAborted()
      const { reason, message, advice } = toFailure(error)
      return failedOutcome(reason, message, rejections, advice)
    }
  }
}

function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

/** The snapshot as it is served. @param page its rendered families */
export function toServed({ fetchedAt, records, bytes, agents }: Snapshot, page: readonly Segment[]): Served {
  return { fetchedAt, records, responseBytes: bytes, agentsByCategory: countByCategory(agents), page }
}

function countByCategory(agents: readonly Agent[]): Record<Category, number> {
  const counts = Object.fromEntries(categories.map((category) => [category, 0])) as Record<Category, number>
  for (const { category } of agents) counts[category] += 1
  return counts
}
