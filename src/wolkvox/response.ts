import { toUtf8 } from './charset.ts'
import { type Envelope, readEnvelope, recordsIn, saysNoRecords } from './envelope.ts'
import { excerptOf, quote } from './excerpt.ts'
import { WolkvoxFailure } from './failure.ts'
import { NotJson, skipSpace, TrailingText, ValueTooLong } from './json-scanner.ts'
import { parseEnvelope, parseRecords, tooLarge } from './parse.ts'
import type { Redact } from './redaction.ts'
import { impliedCode, isPermanentRefusal, readRetryAfter, reasonOfRefusal } from './refusal.ts'
import { splitResponse, TooManyRecords } from './response-splitter.ts'

/** What came over the wire, whole. */
export interface ApiResponse {
  readonly status: number
  /** Decoded; empty where the body of a refusal could not be read. */
  readonly body: Uint8Array
  /** Moment at which the answer began, in milliseconds since 1970. */
  readonly fetchedAt: number
  /** Header `Content-Type`; empty or missing where there is none. */
  readonly contentType?: string
  /** Header `Retry-After`; empty or missing where there is none. */
  readonly retryAfter?: string
}

/** The most records that wolkvox's page allows one answer. */
export const MAX_RECORDS = 60_000

/**
 * The records of an answer, parsed as they are walked through; {@link UNPARSABLE} replaces each that is not JSON. A
 * code in the body that is present, not empty and not 200 decides before the HTTP status.
 *
 * @throws WolkvoxFailure where the answer is anything but the records of a report
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
    const who = reason === 'proxy' ? 'a proxy' : 'wolkvox'
    const detail =
      envelope?.isReport || envelope?.message ? quote(envelope.message, redact) : excerptOf(body, redact)
    const words = quote(said, redact)
    // Code and message can carry one half of the token each.
    const all = detail === '' ? words : redact(`${words}: ${detail}`)
    throw new WolkvoxFailure(reason, `${who} answered ${all}`, {
      retryAfterMs: readRetryAfter(response.retryAfter ?? '', response.fetchedAt),
      isPermanent: isPermanentRefusal(code, reason),
    })
  }
  if (content.problem !== undefined) throw content.problem
  return content.records ?? []
}

/** The parts of an answer. */
interface Content {
  /** `undefined` where there is none. */
  readonly envelope?: Envelope | undefined
  /** `undefined` where there are none. */
  readonly records?: Iterable<unknown> | undefined
  /** Why it is no report. Kept for later, as a refusal comes before it. */
  readonly problem?: WolkvoxFailure
}

function readContent(body: Uint8Array, response: ApiResponse, redact: Redact): Content {
  try {
    const parts = splitResponse(body, MAX_RECORDS)
    const envelope = readEnvelope(parseEnvelope(parts.envelope))
    // Of two members called data the last counts, which may be no list.
    if (parts.spans.length > 0 && Array.isArray(envelope?.data)) {
      return { envelope, records: parseRecords(body, parts.spans, MAX_RECORDS) }
    }
    const records = envelope && recordsIn(envelope)
    if (records !== undefined) return { envelope, records: records.length > 0 ? records : undefined }
    const said = 'the answer is JSON, but not a report of the wolkvox API'
    return { envelope, problem: malformed(said, body, response, redact) }
  } catch (error) {
    return { problem: problemOf(error, body, response, redact) }
  }
}

function problemOf(error: unknown, body: Uint8Array, response: ApiResponse, redact: Redact): WolkvoxFailure {
  if (error instanceof TooManyRecords || error instanceof ValueTooLong) return tooLarge(error)
  if (!(error instanceof SyntaxError || error instanceof NotJson)) throw error
  if (skipSpace(body, 0) === body.length) return new WolkvoxFailure('malformed', 'the answer is empty')
  // V8 quotes the text that it cannot parse, which may be anything; the kind of mistake is enough.
  const mistake = error.message.replace(/[,:]? ?(\.\.\.)?".*$/s, '')
  const said = `the answer is not JSON: ${mistake}`
  const shown = error instanceof TrailingText ? body.subarray(error.place) : body
  return malformed(said, shown, response, redact, new SyntaxError(mistake))
}

/** A failure that says what came instead of a report. @param shown where in the answer the excerpt begins */
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

/** The code that refuses the call, and how to name it. @returns `undefined` where all is well */
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
