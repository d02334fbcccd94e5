import { type AnswerParts, TooManyRecords, takeApart } from './answer-parts.ts'
import { toUtf8 } from './charset.ts'
import { type Envelope, readEnvelope, recordsIn } from './envelope.ts'
import { WolkvoxFailure } from './failure.ts'
import { ValueTooLong } from './json-walker.ts'
import { notJson, parseJson, parseRecords } from './parse.ts'
import { isPermanentRefusal, reasonOfRefusal } from './refusal.ts'
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

/** The records of an answer, parsed as they are walked through. */
export interface Records {
  readonly count: number
  /** @throws WolkvoxFailure `malformed` at the first one that is not JSON */
  readonly each: Iterable<unknown>
}

/** The most records that wolkvox's page allows one answer. */
export const MAX_RECORDS = 60_000

// Enough of a text from outside to recognise it by, too little to fill a log.
const MAX_QUOTED = 200

/**
 * The records of an answer. A code in the body that is present, not empty and not 200 decides before the HTTP status.
 *
 * @param redact takes the token out of a text from outside, before it can become part of an error
 * @throws WolkvoxFailure whatever the answer was but the records of a report
 */
export function recordsOf(answer: Answer, redact: (text: string) => string): Records {
  const { status, fetchedAt, contentType = '', retryAfter = '' } = answer
  const body = toUtf8(answer.body, contentType)
  const parts = readParts(body)
  const envelope = parts instanceof WolkvoxFailure ? undefined : parts.envelope
  const quote = (text: string) => quoted(redact(text))

  if (envelope !== undefined && envelope.code !== '' && Number(envelope.code) !== 200) {
    throw refusal(Number(envelope.code), `code ${quote(envelope.code)}`, envelope)
  }
  if (status !== 200) throw refusal(status, `HTTP status ${status}`, envelope)
  if (parts instanceof WolkvoxFailure) throw parts
  if (parts.spans.length > 0 && Array.isArray(envelope?.data)) {
    return { count: parts.spans.length / 2, each: parseRecords(body, parts.spans) }
  }
  const records = envelope === undefined ? undefined : recordsIn(envelope)
  if (records === undefined) {
    throw new WolkvoxFailure('malformed', 'the answer is JSON, but not a report of the wolkvox API')
  }
  return { count: records.length, each: records }

  function refusal(code: number, said: string, { message }: Pick<Envelope, 'message'> = { message: '' }) {
    const reason = reasonOfRefusal(code, message)
    const who = reason === 'proxy' ? 'a proxy' : 'wolkvox'
    const detail = quote(message)
    return new WolkvoxFailure(reason, `${who} answered ${said}${detail === '' ? '' : `: ${detail}`}`, {
      retryAfterMs: readRetryAfter(retryAfter, fetchedAt),
      isPermanent: isPermanentRefusal(code, reason),
    })
  }
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
    return { envelope: readEnvelope(parseJson(envelope)), spans }
  } catch (error) {
    if (error instanceof TooManyRecords || error instanceof ValueTooLong) {
      return new WolkvoxFailure('too_large', `the answer is not what a report can be: ${error.message}`, {
        cause: error,
      })
    }
    return notJson(error)
  }
}
