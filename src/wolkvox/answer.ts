import { type Envelope, readEnvelope, recordsIn } from './envelope.ts'
import { WolkvoxFailure } from './failure.ts'
import { reasonOfRefusal } from './refusal.ts'

/** What came over the wire, whole. */
export interface Answer {
  readonly status: number
  /** Decoded; empty where the body of a refusal could not be read. */
  readonly body: Uint8Array
  /** Moment at which the answer began, in milliseconds since 1970. */
  readonly fetchedAt: number
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
export function recordsOf({ status, body }: Answer, redact: (text: string) => string): readonly unknown[] {
  const json = parseJson(body)
  const envelope = json.ok ? readEnvelope(json.value) : undefined
  const quote = (text: string) => quoted(redact(text))

  if (envelope !== undefined && envelope.code !== '' && Number(envelope.code) !== 200) {
    throw refusal(Number(envelope.code), `code ${quote(envelope.code)}`, envelope)
  }
  if (status !== 200) throw refusal(status, `HTTP status ${status}`, envelope)
  if (!json.ok) throw new WolkvoxFailure('malformed', 'the answer is not JSON', { cause: json.error })
  const records = envelope === undefined ? undefined : recordsIn(envelope)
  if (records === undefined) {
    throw new WolkvoxFailure('malformed', 'the answer is JSON, but not a report of the wolkvox API')
  }
  if (records.length > MAX_RECORDS) {
    throw new WolkvoxFailure(
      'too_large',
      `the answer holds ${records.length} records, more than ${MAX_RECORDS}`,
    )
  }
  return records

  function refusal(code: number, said: string, { message }: Pick<Envelope, 'message'> = { message: '' }) {
    const detail = quote(message)
    return new WolkvoxFailure(
      reasonOfRefusal(code, message),
      `wolkvox answered ${said}${detail === '' ? '' : `: ${detail}`}`,
    )
  }
}

function quoted(text: string): string {
  const line = text.replace(/[\s\p{C}]+/gu, ' ').trim()
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line
}

type Json =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: SyntaxError }

function parseJson(body: Uint8Array): Json {
  try {
    // Drops a byte order mark, and reads what is not UTF-8 as U+FFFD.
    return { ok: true, value: JSON.parse(new TextDecoder().decode(body)) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // V8 quotes the text it stumbled over, which may be anything; the kind of mistake is enough.
    return { ok: false, error: new SyntaxError(error.message.replace(/[,:]? (\.\.\.)?".*$/s, '')) }
  }
}
