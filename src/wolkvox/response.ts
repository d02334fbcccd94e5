import { toUtf8 } from './charset.ts'
import { type Envelope, readEnvelope, recordsIn, saysNoRecords } from './envelope.ts'
import { excerptOf, quote } from './excerpt.ts'
import { WolkvoxFailure } from './failure.ts'
import { NotJson, skipSpace, TrailingText, ValueTooLong } from './json-scanner.ts'
import { parseEnvelope, parseRecords, tooLarge } from './parse.ts'
import type { Redact } from './redaction.ts'
import { impliedCode, isPermanentRefusal, readRetryAfter, reasonOfRefusal } from './refusal.ts'
import { splitResponse, TooManyRecords } from './response-splitter.ts'

/** A complete HTTP response of the API. */
export interface ApiResponse {
  readonly status: number
  /** Decoded; empty if the body of a refusal could not be read. */
  readonly body: Uint8Array
  /** When the response began, in milliseconds since 1970. */
  readonly fetchedAt: number
  /** Header `Content-Type`; empty or missing if there is none. */
  readonly contentType?: string
  /** Header `Retry-After`; empty or missing if there is none. */
  readonly retryAfter?: string
}

/** The most records in one response, by wolkvox's documentation. */
export const MAX_RECORDS = 60_000

/**
 * The records of a response, parsed while the caller iterates; {@link UNPARSABLE} replaces each that is not valid JSON. A
 * code in the body that is present, not empty and not 200 decides before the HTTP status.
 *
 * @throws WolkvoxFailure if the response is not the records of a report
 */
export function recordsOf(response: ApiResponse, redact: Redact): Iterable<unknown> {
  const body = toUtf8(response.body, response.contentType ?? '')
  const content = readContent(body, response, redact)
  const refusal = refusalIn(response.status, content)
  if (refusal !== undefined) {
    const { code, said } = refusal
    const { envelope, records } = content
    if (code === 404 && records === undefined && saysNoRecords(envelope?.message ?? '')) return []
    const reason = reasonOfRefusal(code, envelope?.message ?? '')
    const sender = reason === 'proxy' ? 'a proxy' : 'wolkvox'
    const detail =
      envelope?.isReport || envelope?.message ? quote(envelope.message, redact) : excerptOf(body, redact)
    const words = quote(said, redact)
    // Code and message can carry one half of the token each.
    const all = detail === '' ? words : redact(`${words}: ${detail}`)
    throw new WolkvoxFailure(reason, `${sender} responded with ${all}`, {
      retryAfterMs: readRetryAfter(response.retryAfter ?? '', response.fetchedAt),
      isPermanent: isPermanentRefusal(code, reason),
    })
  }
  if (content.problem !== undefined) throw content.problem
  return content.records ?? []
}

/** The parts of a response. */
interface Content {
  /** `undefined` if there is none. */
  readonly envelope?: Envelope | undefined
  /** `undefined` if there are none. */
  readonly records?: Iterable<unknown> | undefined
  /** Why it is no report. A refusal takes precedence. */
  readonly problem?: WolkvoxFailure
}

function readContent(body: Uint8Array, response: ApiResponse, redact: Redact): Content {
  try {
    const parts = splitResponse(body, MAX_RECORDS)
    const envelope = readEnvelope(parseEnvelope(parts.envelope))
    // Of two members `data` the last counts, which can be no list.
    if (parts.spans.length > 0 && Array.isArray(envelope?.data)) {
      return { envelope, records: parseRecords(body, parts.spans, MAX_RECORDS) }
    }
    const records = envelope && recordsIn(envelope)
    if (records !== undefined) return { envelope, records: records.length > 0 ? records : undefined }
    const said = 'the response is JSON, but not a report of the wolkvox API'
    return { envelope, problem: malformed(said, body, response, redact) }
  } catch (error) {
    return { problem: problemOf(error, body, response, redact) }
  }
}

function problemOf(error: unknown, body: Uint8Array, response: ApiResponse, redact: Redact): WolkvoxFailure {
  if (error instanceof TooManyRecords || error instanceof ValueTooLong) return tooLarge(error)
  if (!(error instanceof SyntaxError || error instanceof NotJson)) throw error
  if (skipSpace(body, 0) === body.length) return new WolkvoxFailure('malformed', 'the response is empty')
  // V8 quotes the text that it cannot parse, which can be personal data. The kind of error is enough.
  const mistake = error.message.replace(/[,:]? ?(\.\.\.)?".*$/s, '')
  const said = `the response is not JSON: ${mistake}`
  const shown = error instanceof TrailingText ? body.subarray(error.place) : body
  return malformed(said, shown, response, redact, new SyntaxError(mistake))
}

/** A failure that says what came instead of a report. @param shown the part of the response to describe */
function malformed(
  said: string,
  shown: Uint8Array,
  { body, contentType = '' }: ApiResponse,
  redact: Redact,
  cause?: Error,
): WolkvoxFailure {
  const type = /^[\w.+-]{1,40}\/[\w.+-]{1,40}/.exec(contentType)?.[0] ?? 'no content type'
  const excerpt = excerptOf(shown, redact)
  const what = `${said} (${redact(type)}, ${body.length} bytes)`
  return new WolkvoxFailure('malformed', excerpt === '' ? what : `${what}: ${excerpt}`, { cause })
}

/** The code that refuses the request, and how to name it. @returns `undefined` if none does */
function refusalIn(
  status: number,
  { envelope, records }: Content,
): { code: number; said: string } | undefined {
  const { code = '', error = '', message = '' } = envelope ?? {}
  if (code !== '' && Number(code) !== 200) return { code: Number(code), said: `code ${code}` }
  if (status !== 200) return { code: status, said: `HTTP status ${status}` }
  const implied = code === '' && records === undefined ? impliedCode(error, message) : undefined
  return implied === undefined ? undefined : { code: implied, said: `error ${error || implied}` }
}
