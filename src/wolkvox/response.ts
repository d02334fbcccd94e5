import { z } from 'zod'
import { toUtf8 } from './charset.ts'
import { excerptOf, quote } from './excerpt.ts'
import {
  impliedCode,
  isPermanentRefusal,
  readRetryAfter,
  reasonOfRefusal,
  WolkvoxFailure,
} from './failure.ts'
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
    const { code, label } = refusal
    const { envelope, records } = content
    if (code === 404 && records === undefined && saysNoRecords(envelope?.message ?? ''))
      return NO_RESPONSE_RECORDS
    const reason = reasonOfRefusal(code, envelope?.message ?? '')
    const sender = reason === 'proxy' ? 'a proxy' : 'wolkvox'
    const detail =
      envelope?.isReport || envelope?.message
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
      return {
        envelope,
        records: parseNestedRecords(body, parts.nested, bounds),
        missingLists: missingLists ?? [],
      }
    }
    const records = envelope && recordsIn(envelope)
    if (records !== undefined) return { envelope, records: records.length > 0 ? records : undefined }
    const problem = 'the response is JSON, but not a report of the wolkvox API'
    return { envelope, problem: malformed(problem, body, response, redact, shape) }
  } catch (error) {
    return { problem: problemOf(error, body, response, redact, shape) }
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

/** The code of a refusal, and its name in messages. @returns `undefined` if the response is not a refusal */
function refusalIn(
  status: number,
  { envelope, records }: Content,
  redact: Redact,
): { code: number; label: string } | undefined {
  const { code = '', error = '', message = '' } = envelope ?? {}
  if (code !== '' && Number(code) !== 200)
    return {
      code: Number(code),
      label: `code ${SHORT_NUMBER.test(code) ? code : quote(code, redact) || '…'}`,
    }
  if (status !== 200) return { code: status, label: `HTTP status ${status}` }
  const implied = code === '' && records === undefined ? impliedCode(error, message) : undefined
  return implied === undefined
    ? undefined
    : { code: implied, label: `error ${quote(error, redact) || implied}` }
}

/** The members of a response around its records. */
interface Envelope {
  /** Empty if there is none. */
  readonly code: string
  /** wolkvox's name of the code, such as `FORBIDDEN`; empty if there is none. */
  readonly error: string
  /** Free text. */
  readonly message: string
  /** The records, or anything else in their place. */
  readonly data: unknown
  /**
   * Whether it comes from wolkvox: it has data, or a code. An object without either comes from another API. So does an object
   * without data that has a list under another name, because its records must not be ignored.
   */
  readonly isReport: boolean
}

const code = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => String(value ?? '').trim())

const text = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value : ''))

const envelope = z.object({ code, error: text, msg: text, data: z.unknown().optional() })

/**
 * Reads the envelope: `{code, error, msg, data}`, or a bare list of records.
 *
 * @param json any value parsed from JSON
 * @returns `undefined` if it is not an envelope
 */
function readEnvelope(json: unknown): Envelope | undefined {
  if (Array.isArray(json)) return { code: '', error: '', message: '', data: json, isReport: true }
  const parsed = envelope.safeParse(json)
  if (!parsed.success) return undefined
  const { msg: message, ...rest } = parsed.data
  return { ...rest, message, data: rest.data, isReport: isReport(Object(json)) }
}

function isReport(members: Readonly<Record<string, unknown>>): boolean {
  if ('data' in members) return true
  return 'code' in members && !Object.values(members).some(canBeRecords)
}

/** A list, or an object of objects, which PHP creates from a list with gaps. */
function canBeRecords(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isObject(value) && Object.values(value).some(isObject)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/**
 * The records of an envelope that reports no failure: a list or a single record. Missing data, `null`, an empty text, an
 * empty list and an empty object all mean no records.
 *
 * @returns `undefined` if the data is anything else
 */
function recordsIn({ data, isReport, message }: Envelope): readonly unknown[] | undefined {
  if (Array.isArray(data)) return data
  if (isNothing(data)) return isReport || saysNoRecords(message) ? [] : undefined
  return typeof data === 'object' ? [data] : undefined
}

function isNothing(data: unknown): boolean {
  if (data === undefined || data === null) return true
  if (typeof data === 'string') return data.trim() === ''
  return typeof data === 'object' && Object.keys(data).length === 0
}

const NO_RECORDS =
  /\b(?:no|0)\s+(?:records?|results?|registros?|resultados?)\b|\b(?:records?|results?|data)\s+(?:were\s+)?not\s+found\b|\bno\s+data\s+(?:was\s+|were\s+)?found\b|\bno\s+se\s+encontraron\s+(?:registros|resultados|datos)\b/i

/** Whether a message of any report says that no records were found. */
function saysNoRecords(message: string): boolean {
  return NO_RECORDS.test(message)
}
