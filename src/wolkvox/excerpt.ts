import type { Redact } from './redaction.ts'

// Enough of a text from outside to recognise it by, too little to fill a log.
const MAX_QUOTED = 200

/** Bytes of an answer that an excerpt is made of: white space and the token may take much of it. */
export const EXCERPT_BYTES = 16 * 1024

// Several times what is quoted: the token and its escapes can take much of it.
const MAX_READ = 2000

// What an envelope or an error of another API says about itself. Values of any other key may be personal data.
const TELLING_KEY =
  /^"(?:code|error|error_description|msg|message|status|success|title|detail|description|reason|type|path)"$/i

// A key that names a field, and no person.
const NAME = /^"[\w.-]{1,40}"$/

const MEMBER = /("(?:[^"\\]|\\.)*")(\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s"{}[\],]+)/g

// Keys, columns and tags of records, in this report and in its sisters.
const RECORD_FIELD =
  /\w*(?:agent|customer|conversation|conn_id)|<\w*(?:name|nombre|phone|telefono)\w*>|["']\w*(?:name|nombre|phone|telefono)["']\s*(?::|=>)/i

// A bracket behind the first character; the redacted token has brackets too.
const NESTED = /(?<!^)[{[](?!secret\])/

/** A text from outside on one line, of bounded length. */
export function quote(text: string, redact: Redact): string {
  return shorten(onOneLine(redact(text.slice(0, MAX_READ))))
}

/**
 * The first characters of an answer that is no report, to tell a PHP warning, a login page and a captive portal apart.
 *
 * A report that was cut off, or that follows a warning, is such an answer too, and its records name people. So the
 * excerpt ends at the first nested bracket, where records begin in JSON and in what PHP prints, and at the first name of
 * a field of theirs. Of the members before it only those show their values that say something about the answer. A list
 * of values without names, such as CSV without a header, cannot be told from any other text.
 *
 * @returns empty where nothing can be quoted
 */
export function excerptOf(bytes: Uint8Array, redact: Redact): string {
  const text = new TextDecoder().decode(bytes.subarray(0, EXCERPT_BYTES))
  return shorten(withoutRecords(onOneLine(redact(text)).slice(0, MAX_READ)))
}

function withoutRecords(line: string): string {
  if (/^\[(?!secret\])/.test(line)) return '[…'
  const isJson = line.startsWith('{')
  const shown = isJson ? withoutValues(line) : line
  const nested = indexOf(shown, NESTED)
  const field = indexOf(shown, RECORD_FIELD)
  // Plain text in which a field comes before any bracket is the middle of a record, or CSV.
  if (field < nested && !isJson && !line.startsWith('<')) return ''
  const end = Math.min(nested, field)
  return end < shown.length ? `${shown.slice(0, end).trim()}…` : shown
}

function withoutValues(line: string): string {
  return line.replace(MEMBER, (member, key: string, colon: string) =>
    TELLING_KEY.test(key) ? member : `${NAME.test(key) ? key : '…'}${colon}…`,
  )
}

function indexOf(line: string, pattern: RegExp): number {
  const index = line.search(pattern)
  return index === -1 ? line.length : index
}

function onOneLine(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, ' ').trim()
}

function shorten(line: string): string {
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line
}
