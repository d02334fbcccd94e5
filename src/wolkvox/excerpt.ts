import {
  CLOSE_OBJECT,
  COLON,
  COMMA,
  JsonSyntaxError,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
  ValueTooLongError,
} from './json-scanner.ts'
import { onlyKnownWords } from './known-words.ts'
import { type Redact, WITHHELD } from './redaction.ts'

// Enough to recognise an external text, but not enough to fill a log.
const MAX_QUOTED = 200

/** The part of a response that an excerpt is based on: a web page can have a long head before its title. */
export const EXCERPT_BYTES = 16 * 1024

// Several times the quoted length, because the token and its escapes can be long.
const MAX_READ = 2000

/**
 * An external text on one line, with bounded length. It can contain anything, so only known words of it are quoted.
 *
 * @returns empty if there are none
 */
export function quote(text: string, redact: Redact): string {
  return finish(known(text, redact), redact)
}

/** Once more without secrets: two parts can each contain one half. */
const finish = (text: string, redact: Redact) => shorten(onOneLine(redact(text)))

/** The known words of a part. The redactor comes first, because it finds a secret only in the whole text. */
function known(text: string, redact: Redact): string {
  const redacted = redact(text.slice(0, MAX_READ))
  return redacted === WITHHELD ? redacted : onOneLine(onlyKnownWords(redacted))
}

/**
 * Describes a response that is not a report, so that the operator can distinguish a PHP warning, a login page, a captive
 * portal, an error of a proxy and another API.
 *
 * The response can also be a truncated report, whose records name people. So an excerpt consists of its kind, of known keys, and of
 * the known words in the line of a PHP error, in the title and first heading of a web page, in the messages of another API, and
 * in the first line of any other text.
 *
 * @param fields names of the report's fields: keys that may be quoted
 * @returns empty if there is no text
 */
export function excerptOf(bytes: Uint8Array, redact: Redact, fields: readonly string[] = []): string {
  const text = new TextDecoder().decode(bytes.subarray(0, EXCERPT_BYTES)).replace(/^[\s\p{C}]+/gu, '')
  return finish(
    describe(text, (part) => known(part, redact), keysOf(fields)),
    redact,
  )
}

/** Returns the known words of a part. */
type Known = (part: string) => string

function describe(text: string, known: Known, keys: ReadonlySet<string>): string {
  if (text === '') return ''
  const error = phpErrorIn(text, known)
  if (error !== undefined) return error
  if (text.startsWith('<')) return describeMarkup(text, known)
  if (text.startsWith('[')) return 'a JSON list'
  if (text.startsWith('"')) return 'a JSON text'
  if (text.startsWith('{')) return describeObject(Buffer.from(text), known, keys, true)
  return firstWords(text, known) || 'a text without known words'
}

const PHP_LEVELS = [
  '(?:Fatal|Parse|Recoverable fatal|Catchable fatal|Core|Compile) error',
  '(?:Core |Compile )?Warning',
  'Notice',
  'Deprecated',
  'Strict Standards',
]

// At the beginning of a line: intact JSON has no text there.
const PHP_ERROR = new RegExp(
  String.raw`(?:^|\n)(?:<br ?\/?>\s{0,9})?(?:<b>)?((?:PHP )?(?:${PHP_LEVELS.join('|')}))(?:<\/b>)?:[ \t]{1,9}([^\n]{1,1000})`,
  'i',
)

// Messages of PHP itself. The message of an exception or of `trigger_error` can contain anything.
const PHP_MESSAGES = [
  String.raw`[\w\\]+(?:::\w+)?\(`,
  'Undefined ',
  'Uncaught ',
  'Trying to ',
  'Attempt to ',
  'Cannot ',
  'Allowed memory size ',
  'Maximum ',
  'Out of memory',
  'Division by zero',
  'Array to string',
  'syntax error',
  'Call to ',
  'Creation of ',
  'Unknown: ',
  'A non-numeric ',
  'Illegal ',
  'Unsupported operand ',
  'Use of undefined ',
  'Unable to ',
  'Failed opening ',
  'Class ',
  'Module ',
  'Non-static ',
  'Required parameter ',
  'Optional parameter ',
]

const PHP_MESSAGE = new RegExp(`^(?:${PHP_MESSAGES.join('|')})`)

const PHP_PLACE = / in (?:<b>)?((?:[A-Za-z]:)?[\w./\\-]{1,150})(?:<\/b>)?(?: on line (?:<b>)?|:)(\d{1,40})/

// A longer number in its place can be one of a telephone.
const MAX_LINE_DIGITS = 5

/** The known words in the line of a PHP error, without its arguments: parentheses, and everything from the first quote on. */
function phpErrorIn(text: string, known: Known): string | undefined {
  const [, level, line = ''] = PHP_ERROR.exec(text) ?? []
  if (level === undefined) return undefined
  const [place, file = '', number = ''] = PHP_PLACE.exec(line) ?? []
  const message = (place === undefined ? line : line.slice(0, line.indexOf(place)))
    .replace(/^(Uncaught [\w\\]{1,80}).*$/, '$1')
    .replace(/<[^<>]{0,100}>?/g, '')
    .replace(/(?<!\w)(?:['"]|&#0*39;|&quot;).*$/, '…')
    .replace(/\([^()]{1,500}(?:\)|$)/g, '(…)')
  const words = (PHP_MESSAGE.test(message) && known(message)) || '…'
  return `${level}: ${words}${place === undefined ? '' : ` in ${known(file) || '…'} on line ${number.length > MAX_LINE_DIGITS ? '…' : number}`}`
}

const HTML_ELEMENT =
  /^(?:html|head|body|title|meta|link|script|style|center|h[1-6]|p|div|br|b|table|form|pre)$/i
const TITLE = /<title(?:\s[^<>]{0,200})?>([^<]{1,500})/i
const HEADING = /<h[1-6](?:\s[^<>]{0,200})?>((?:[^<]|<(?!\/h)){1,500})/i
const REFRESH = /<meta\s[^<>]{0,100}\burl=['"]?\s{0,9}(https?:\/\/[\w.:-]{1,100})/i

// The XML declaration, comments and the document type come before the root element.
const ROOT_ELEMENT =
  /^(?:\s{1,99}|<\?[^<>]{0,300}>|<!--[^<>]{0,300}-->|<![a-z][^<>]{0,300}>){0,20}<([A-Za-z_][\w.:-]{0,60})[\s/>]/i

function describeMarkup(text: string, known: Known): string {
  const root = ROOT_ELEMENT.exec(text)?.[1] ?? ''
  if (!HTML_ELEMENT.test(root) && !/^<!doctype html/i.test(text)) {
    // XML can have titles too, but they can be part of records.
    if (root !== '') return `XML, root element ${known(root) || '…'}`
    return text.startsWith('<!--') ? 'an HTML comment' : 'markup'
  }
  const title = TITLE.exec(text)?.[1]
  const heading = HEADING.exec(text)?.[1]?.replace(/<[^<>]{0,200}>?/g, ' ')
  const target = REFRESH.exec(text)?.[1]
  const parts = [
    ...(title === undefined ? [] : [describeText('title', title.trim(), known)]),
    ...(heading === undefined ? [] : [describeText('heading', heading.trim(), known)]),
    ...(target === undefined ? [] : [`refresh to ${known(target)}`]),
  ]
  return parts.length === 0 ? 'an HTML page without title' : `an HTML page, ${parts.join(', ')}`
}

/** A text with its known words, or else its length. */
function describeText(what: string, text: string, known: Known): string {
  const words = known(text)
  return words === '' ? `${what} of ${text.length} characters` : `${what} "${words}"`
}

// Keys that describe an envelope or an error of another API. Values of other keys are not quoted.
const QUOTABLE_KEYS = ['code', 'error', 'error_description', 'msg', 'message', 'status'] as const

const isQuotable = (key: string) => QUOTABLE_KEYS.some((name) => name === key.toLowerCase())

// Keys of an envelope, and of the errors of other APIs.
const ENVELOPE_KEYS = [
  ...QUOTABLE_KEYS,
  ...[
    'data',
    'detail',
    'details',
    'errors',
    'fault',
    'id',
    'instance',
    'items',
    'meta',
    'ok',
    'path',
    'reason',
  ],
  ...['records', 'request_id', 'requestid', 'response', 'result', 'results', 'rows', 'success', 'timestamp'],
  ...['title', 'total', 'trace_id', 'traceid', 'type', 'url', 'version'],
]

/** The keys that may be quoted, in lower case. The name of a field in a nested list contains the name of the list. */
function keysOf(fields: readonly string[]): ReadonlySet<string> {
  return new Set([...ENVELOPE_KEYS, ...fields.flatMap((field) => [...field.split('.'), field])])
}

const MAX_MEMBERS = 12
/** The known keys of an object that can be truncated, with the known words in the values of quotable keys. */
function describeObject(
  bytes: Uint8Array,
  known: Known,
  keys: ReadonlySet<string>,
  isOutermost: boolean,
): string {
  const members: string[] = []
  let unknown = 0
  try {
    for (let place = skipSpace(bytes, 1); bytes[place] === QUOTE; ) {
      const end = skipString(bytes, place, bytes.length)
      const key = parse(bytes, place, end)
      const value = skipSpace(bytes, skipSpace(bytes, end) + 1)
      if (typeof key !== 'string' || bytes[skipSpace(bytes, end)] !== COLON) break
      const isKnown = keys.has(key.trim().toLowerCase())
      if (isKnown) members.push(key.trim())
      else unknown += 1
      if (members.length > MAX_MEMBERS) break
      const next = skipValue(bytes, value, bytes.length)
      if (isKnown && isQuotable(key)) {
        members[members.length - 1] = `${key} ${describeValue(bytes, value, next, known, keys, isOutermost)}`
      }
      place = skipSpace(bytes, next)
      if (bytes[place] !== COMMA) break
      place = skipSpace(bytes, place + 1)
    }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof ValueTooLongError)) throw error
  }
  if (unknown > 0) members.push(unknown === 1 ? '1 unknown key' : `${unknown} unknown keys`)
  const list = members.join(', ')
  if (!isOutermost) return `{${list}}`
  return list === '' ? 'a JSON object' : `a JSON object with ${list}`
}

function describeValue(
  bytes: Uint8Array,
  from: number,
  to: number,
  known: Known,
  keys: ReadonlySet<string>,
  isOutermost: boolean,
): string {
  if (bytes[from] === OPEN_OBJECT && bytes[to - 1] === CLOSE_OBJECT) {
    return isOutermost ? describeObject(bytes.subarray(from, to), known, keys, false) : '{…}'
  }
  const value = parse(bytes, from, to)
  if (value === null || typeof value === 'boolean') return String(value)
  // A longer number can be one of a telephone.
  if (typeof value === 'number') return /^\d{1,4}$/.test(String(value)) ? String(value) : '…'
  if (typeof value !== 'string') return '…'
  const isCode = /^\d{1,4}$/.test(value.trim())
  const words = isCode ? value.trim() : known(value)
  if (value.trim() === '') return '""'
  return words === '' ? `of ${value.length} characters` : `"${words}"`
}

/** @returns `undefined` if it is not JSON */
function parse(bytes: Uint8Array, from: number, to: number): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes.subarray(from, to)))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

// Prose can precede a bracket or a quoted text. What follows can be data.
const OPENING = /[{[(<]|(?<=^|\s)["']/

/** The known words in the first line of a text that is neither markup nor JSON, up to the first bracket or quote. */
function firstWords(text: string, known: Known): string {
  const [line = ''] = text.slice(0, MAX_READ).split(/[\r\n]/, 1)
  const end = line.search(OPENING)
  if (end === -1) return known(line)
  const words = known(line.slice(0, end))
  return words === '' ? '' : `${words}…`
}

function onOneLine(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, ' ').trim()
}

function shorten(line: string): string {
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line
}
