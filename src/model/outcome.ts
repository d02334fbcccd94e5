import type { FailureReason, RetryAdvice } from '../wolkvox/failure.ts'
import type { ApiResponse } from '../wolkvox/response.ts'
import type { Rejections } from './rejections.ts'

/** A compressed text that can be placed anywhere in a gzip member, among other segments. */
export interface Segment {
  /** Deflate blocks that end at a byte boundary and do not refer to earlier blocks. The buffer is not shared. */
  readonly deflated: Uint8Array
  /** CRC-32 of the text. */
  readonly crc: number
  /** Length of the text in bytes. */
  readonly length: number
}

/** A report of an operation as compressed text. */
export interface RenderedReport {
  /** Name of the report. */
  readonly report: string
  /** One segment for each family of the report. */
  readonly segments: readonly Segment[]
}

/** The last good data of a report, in the form in which it is served. */
export interface RenderedSnapshot extends RenderedReport {
  /** Moment of the fetch, in milliseconds since 1970. */
  readonly fetchedAt: number
  /** Records in the response, rejected ones included. */
  readonly records: number
  /** Records that are exposed. */
  readonly rows: number
  /** Size of the decoded response. */
  readonly responseBytes: number
  /**
   * Rows of the groups file whose agents are not in the response. Absent without a groups file, in reports without groups, and in
   * restored data of an operation that filters agents.
   */
  readonly unknownInGroups?: number
}

/** Why a call failed, as plain data. */
export interface Failure extends RetryAdvice {
  readonly reason: FailureReason
  readonly message: string
}

/** What is known of a response, readable or not. */
export interface ResponseSummary {
  /** HTTP status. */
  readonly status: number
  /** Size of the decoded body. */
  readonly bytes: number
}

/** The result of one call, from the request to finished bytes. */
export type Outcome = {
  readonly rejections: Rejections
  /** `undefined` if no complete response came. */
  readonly received?: ResponseSummary | undefined
} & (
  | {
      readonly ok: true
      readonly rendered: RenderedSnapshot
      /** wolkvox's names of the fields that no record has. Absent if there are none. */
      readonly missingFields?: readonly string[]
      /** Calls of all programs of the account on this day; absent if the report does not tell. */
      readonly accountCalls?: number | undefined
      /** What is personal in the data although it is exposed unchanged; absent if nothing seems to be. */
      readonly privacyProblem?: string | undefined
    }
  | { readonly ok: false; readonly failure: Failure }
)

const NOTHING_REJECTED: Rejections = { records: {}, values: {} }

/** The outcome of a call that brought no data. */
export function failedOutcome(
  reason: FailureReason,
  message: string,
  rejections = NOTHING_REJECTED,
  advice: RetryAdvice = {},
): Outcome {
  return { ok: false, failure: { reason, message, ...advice }, rejections }
}

/** One call: its outcome, and the bytes that keep its data across restarts. */
export interface Attempt {
  readonly outcome: Outcome
  /** The bytes to store, which are known later than the outcome; `undefined` if there are none. */
  readonly encoded: Promise<Uint8Array> | undefined
  /** This machine's clock minus wolkvox's, in milliseconds; absent if the response does not show it. */
  readonly clockSkewMs?: number | undefined
}

/** The result of one HTTP request. */
export type CallResult =
  | { readonly ok: true; readonly response: ApiResponse }
  | { readonly ok: false; readonly failure: Failure }

/** The result of reading a stored snapshot, or why it cannot be used. */
export interface RestoreResult {
  readonly rendered: RenderedSnapshot | undefined
  readonly problem?: string | undefined
  /** Whether it may show what has to be hidden now, so that the file must not be kept. */
  readonly isPrivate?: boolean | undefined
}
