import { toUtf8 } from './charset.ts'
import { cutOff } from './connection-failure.ts'
import {
  contradictionIn,
  type Envelope,
  impliedRefusal,
  readEnvelope,
  recordsIn,
  saysNoRecords,
} from './envelope.ts'
import { excerptOf, quote } from './excerpt.ts'
import { isPermanentRefusal, readRetryAfter, reasonOfRefusal, WolkvoxFailure } from './failure.ts'
import { JsonSyntaxError, skipSpace, TrailingTextError, ValueTooLongError } from './json-scanner.ts'
import { parseEnvelope, parseNestedRecords, parseRecords, responseTooLarge } from './parse.ts'
import { TooManyRecordsError } from './record-list.ts'
import type { Redact } from './redaction.ts'
import { type RecordShape, splitResponse } from './response-splitter.ts'
import { MAX_RECORDS } from './values.ts'

/** A complete HTTP response of the API. */
export interface ApiResponse {
  readonly status: number
  /** Decoded; empty if the body of a refusal could not be read. */
  readonly body: Uint8Array
  /** Whether more bytes followed than its `Content-Length` says; default: no. */
  readonly hasSurplus?: boolean
  /** When the response began, in milliseconds since 1970. */
  readonly fetchedAt: number
  /** This machine's clock minus the server's, in milliseconds; `undefined` if the response does not show it. */
  readonly clockSkewMs?: number | undefined
  /** Header `Content-Type`; empty or missing if there is none. */
  readonly contentType?: string
  /** Header `Retry-After`; empty or missing if there is none. */
  readonly retryAfter?: string
}

/** What is read from a response. */
export interface ResponseRecords {
  /**
   * Parsed while the caller iterates. {@link UNPARSABLE} replaces each record that is not valid JSON. The names in a record of a
   * nested list begin with the name of the list: `by_agent.agent_id`.
   */
  readonly records: Iterable<unknown>
  /** The nested lists of the shape that are not in the response, although another one is. */
  readonly missingLists: readonly string[]
}

/**
 * Reads the records of a response. A non-empty code in the body other than 200 has precedence over the HTTP status.
 *
 * @throws WolkvoxFailure if the response is not a report
 */
export function recordsOf(response: ApiResponse, redact: Redact, shape: RecordShape = {}): ResponseRecords {
  const body = toUtf8(response.body, response.contentType ?? '')
  const content = readContent(body, response, redact, shape)
  const refusal = refusalIn(response.status, content, redact)
  if (refusal !== undefined) {
    const { code, label, message } = refusal
    const { envelope, records } = content
    if (code === 404 && records === undefined && saysNoRecords(message)) return NO_RESPONSE_RECORDS
    const reason = reasonOfRefusal(code, message)
    const sender = reason === 'proxy' ? 'a proxy' : 'wolkvox'
    const detail =
      envelope?.message || (envelope?.isReport && !refusal.isImplied)
        ? quote(envelope.message, redact)
        : excerptOf(body, redact, shape.fields)
    // Code and message can each contain one half of the token.
    const all = redact(detail === '' ? label : `${label}: ${detail}`)
    throw new WolkvoxFailure(reason, `${sender} responded with ${all}`, {
      retryAfterMs: readRetryAfter(response.retryAfter ?? '', response.fetchedAt),
      isPermanent: isPermanentRefusal(code, reason),
    })
  }
  if (content.problem !== undefined) throw content.problem
  const { records = [], missingLists = [] } = content
  return { records, missingLists }
}

const NO_RESPONSE_RECORDS: ResponseRecords = { records: [], missingLists: [] }

/** The parts of a response. */
interface Content {
  /** `undefined` if there is none. */
  readonly envelope?: Envelope | undefined
  /** `undefined` if there are none. */
  readonly records?: Iterable<unknown> | undefined
  readonly missingLists?: readonly string[]
  /** Why it is not a report. A refusal has precedence. */
  readonly problem?: WolkvoxFailure
}

function readContent(body: Uint8Array, response: ApiResponse, redact: Redact, shape: RecordShape): Content {
  try {
    const parts = splitResponse(body, MAX_RECORDS, shape)
    const envelope = readEnvelope(parseEnvelope(parts.envelope))
    const bounds = { maxRecords: MAX_RECORDS, maxRecordBytes: shape.maxRecordBytes }
    // Of two members `data` the last one counts, and it can be something else than a list.
    if (parts.spans.length > 0 && Array.isArray(envelope?.data)) {
      return { envelope, records: parseRecords(body, parts.spans, bounds) }
    }
    if (parts.nested.length > 0 && Array.isArray(envelope?.data)) {
      const missingLists = shape.nestedLists?.filter((name) =>
        parts.nested.every(({ list }) => list !== name),
      )
      const hasRecords = parts.nested.some(({ spans }) => spans.length > 0)
      return {
        envelope,
        records: hasRecords ? parseNestedRecords(body, parts.nested, bounds) : undefined,
        missingLists: missingLists ?? [],
      }
    }
    const records = envelope && recordsIn(envelope)
    if (records !== undefined && records.length > 0) return { envelope, records }
    const problem =
      records === undefined
        ? 'the response is JSON, but not a report of the wolkvox API'
        : envelope && contradictionIn(envelope)
    if (problem === undefined) return { envelope }
    return { envelope, problem: malformed(problem, body, response, redact, shape) }
  } catch (error) {
    const problem = problemOf(error, body, response, redact, shape)
    return { problem: response.hasSurplus && problem.reason === 'malformed' ? cutOff(problem) : problem }
  }
}

function problemOf(
  error: unknown,
  body: Uint8Array,
  response: ApiResponse,
  redact: Redact,
  shape: RecordShape,
): WolkvoxFailure {
  if (error instanceof TooManyRecordsError || error instanceof ValueTooLongError)
    return responseTooLarge(error)
  if (!(error instanceof SyntaxError || error instanceof JsonSyntaxError)) throw error
  if (skipSpace(body, 0) === body.length) return new WolkvoxFailure('malformed', 'the response is empty')
  // V8 quotes the text that it cannot parse, which can be personal data. Keep only the kind of error.
  const mistake = error.message.replace(/[,:]? ?(\.\.\.)?".*$/s, '')
  const problem = `the response is not JSON: ${mistake}`
  const part = error instanceof TrailingTextError ? body.subarray(error.place) : body
  return malformed(problem, part, response, redact, shape, new SyntaxError(mistake))
}

// A longer number in place of a code can be one of a telephone.
const SHORT_NUMBER = /^\d{1,4}$/

/** A failure that describes the response. @param part the part of the response to quote */
function malformed(
  problem: string,
  part: Uint8Array,
  { body, contentType = '' }: ApiResponse,
  redact: Redact,
  { fields }: RecordShape,
  cause?: Error,
): WolkvoxFailure {
  const type = /^[\w.+-]{1,40}\/[\w.+-]{1,40}/.exec(contentType)?.[0]
  const excerpt = excerptOf(part, redact, fields)
  const kind = type === undefined ? 'no content type' : quote(type, redact) || 'unknown content type'
  const what = `${problem} (${kind}, ${body.length} bytes)`
  return new WolkvoxFailure('malformed', excerpt === '' ? what : `${what}: ${excerpt}`, { cause })
}

/** A response that is not a report, because wolkvox or a server before it refuses the request. */
interface Refusal {
  readonly code: number
  /** Its name in messages. */
  readonly label: string
  /** What the reason is derived from. */
  readonly message: string
  /** Whether neither a code nor the HTTP status says so. */
  readonly isImplied?: true
}

/**
 * A refusal by its code, by the HTTP status, or by what a response without records says. Records count more than words: they
 * are the report.
 *
 * @returns `undefined` if the response is not a refusal
 */
function refusalIn(status: number, { envelope, records }: Content, redact: Redact): Refusal | undefined {
  const { code = '', message = '' } = envelope ?? {}
  if (code !== '' && Number(code) !== 200)
    return {
      code: Number(code),
      label: `code ${SHORT_NUMBER.test(code) ? code : quote(code, redact) || '…'}`,
      message,
    }
  if (status !== 200) return { code: status, label: `HTTP status ${status}`, message }
  const implied = envelope && records === undefined ? impliedRefusal(envelope) : undefined
  return (
    implied && {
      code: implied.code,
      label: `error ${quote(implied.error, redact) || implied.code}`,
      message: implied.message,
      isImplied: true,
    }
  )
}
