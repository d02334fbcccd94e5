import { WolkvoxFailure } from './failure.ts'
import { NotJson } from './json-walker.ts'

// Parsed at a time: enough to be quick, so little that what it becomes is soon forgotten.
const BATCH_BYTES = 64 * 1024

/** A JSON text from UTF-8. @throws SyntaxError */
export function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(decode(bytes))
}

/**
 * Parses records in small batches as they are walked through, so that few are in memory at a time.
 *
 * @param spans where each begins and ends in the body
 * @throws WolkvoxFailure `malformed` at the first that is not JSON
 */
export function* parseRecords(body: Uint8Array, spans: readonly number[]): Generator<unknown> {
  let first = 0
  while (first < spans.length) {
    const from = spans[first] ?? 0
    let last = first + 1
    while (last + 2 < spans.length && (spans[last + 2] ?? 0) - from <= BATCH_BYTES) last += 2
    // Records stand side by side with commas between them: a list, once it has its brackets.
    yield* parseList(`[${decode(body.subarray(from, spans[last]))}]`)
    first = last + 1
  }
}

function parseList(text: string): readonly unknown[] {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notJson(error)
  }
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** V8 quotes the text it stumbled over, which may be anything; the kind of mistake is enough. */
export function notJson(error: unknown): WolkvoxFailure {
  if (!(error instanceof SyntaxError || error instanceof NotJson)) throw error
  const cause = new SyntaxError(error.message.replace(/[,:]? (\.\.\.)?".*$/s, ''))
  return new WolkvoxFailure('malformed', 'the answer is not JSON', { cause })
}
