import { type AnswerParts, takeApart } from './answer-parts.ts'
import { toUtf8 } from './charset.ts'
import { type Envelope, readEnvelope, recordsIn, saysNoRecords } from './envelope.ts'
import { WolkvoxFailure } from './failure.ts'
import { parseEnvelope, parseRecords, shapeFailure } from './parse.ts'
import { impliedCode, isPermanentRefusal, reasonOfRefusal } from './refusal.ts'
import { readRetryAfter } from './retry-after.ts'

/** What came over the wire, whole. */
export interface Answer {
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

// Enough of a text from outside to recognise it by, too little to fill a log.
const MAX_QUOTED = 200

/**
 * The records of an answer, parsed as they are walked through; {@link UNPARSABLE} stands for each that is not JSON. A
 * code in the body that is present, not empty and not 200 decides before the HTTP status.
 *
 * @param redact takes the token out of a text from outside, before it can become part of an error
 * @throws WolkvoxFailure where the answer is anything but the records of a report
 */
export function recordsOf(answer: Answer, redact: (text: string) => string): Iterable<unknown> {
  const body = toUtf8(answer.body, answer.contentType ?? '')
  const parts = readParts(body)
  const envelope = parts instanceof WolkvoxFailure ? undefined : parts.envelope
  const hasList =
    !(parts instanceof WolkvoxFailure) && parts.spans.length > 0 && Array.isArray(envelope?.data)
  const records = hasList || envelope === undefined ? undefined : recordsIn(envelope)
  const isEmpty = !hasList && (records === undefined || records.length === 0)

  const refusal = refusalIn(answer.status, envelope, isEmpty)
  if (refusal !== undefined) {
    const { code, place, text } = refusal
    const message = envelope?.message ?? ''
    if (code === 404 && isEmpty && saysNoRecords(message)) return []
    const reason = reasonOfRefusal(code, message)
    const who = reason === 'proxy' ? 'a proxy' : 'wolkvox'
    const said = `${place} ${quoted(redact(text))}`
    const detail = quoted(redact(message))
    throw new WolkvoxFailure(reason, `${who} answered ${said}${detail === '' ? '' : `: ${detail}`}`, {
      retryAfterMs: readRetryAfter(answer.retryAfter ?? '', answer.fetchedAt),
      isPermanent: isPermanentRefusal(code, reason),
    })
  }
  if (parts instanceof WolkvoxFailure) throw parts
  if (hasList) return parseRecords(body, parts.spans, MAX_RECORDS)
  if (records !== undefined) return records
  throw new WolkvoxFailure('malformed', 'the answer is JSON, but not a report of the wolkvox API')
}

interface Refusal {
  readonly code: number
  /** Where the code stands. */
  readonly place: 'code' | 'error' | 'HTTP status'
  /** The code as it stands there. */
  readonly text: string
}

/** @returns `undefined` where all is well */
function refusalIn(status: number, envelope: Envelope | undefined, isEmpty: boolean): Refusal | undefined {
  const { code = '', error = '', message = '' } = envelope ?? {}
  if (code !== '' && Number(code) !== 200) return { code: Number(code), place: 'code', text: code }
  if (status !== 200) return { code: status, place: 'HTTP status', text: String(status) }
  const implied = code === '' && isEmpty ? impliedCode(error, message) : undefined
  return implied === undefined ? undefined : { code: implied, place: 'error', text: error || String(implied) }
}

function quoted(text: string): string {
  const line = text.replace(/[\s\p{C}]+/gu, ' ').trim()
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line
}

interface Parts extends Pick<AnswerParts, 'spans'> {
  /** `undefined` where it is JSON, yet no envelope. */
  readonly envelope: Envelope | undefined
}

/** Takes the answer apart. What is wrong with it is kept for later, as a refusal comes before it. */
function readParts(body: Uint8Array): Parts | WolkvoxFailure {
  try {
    const { envelope, spans } = takeApart(body, MAX_RECORDS)
    return { envelope: readEnvelope(parseEnvelope(envelope)), spans }
  } catch (error) {
    return shapeFailure(error)
  }
}
