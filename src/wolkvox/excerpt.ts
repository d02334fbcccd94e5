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
import type { Redact } from './redaction.ts'

// Enough to recognise an external text, but not enough to fill a log.
const MAX_QUOTED = 200

/** The part of a response that an excerpt is based on: a web page can have a long head before its title. */
export const EXCERPT_BYTES = 16 * 1024

// Several times the quoted length, because the token and its escapes can be long.
const MAX_READ = 2000

/** An external text on one line, with bounded length. */
export function quote(text: string, redact: Redact): string {
  return shorten(onOneLine(redact(text.slice(0, MAX_READ))))
}

/**
 * Describes a response that is not a report, so that the operator can distinguish a PHP warning, a login page, a captive
 * portal and another API.
 *
 * The response can also be a truncated report, whose records name people. So an excerpt quotes only known parts: the line of a
 * PHP error, the title and first heading of a web page, the root element of XML, the top-level keys of JSON, and the first
 * words of any other text. A text without field names, such as a list of names, looks like an error message.
 *
 * @returns empty if nothing may be quoted
 */
export function excerptOf(bytes: Uint8Array, redact: Redact): string {
  const text = new TextDecoder().decode(bytes.subarray(0, EXCERPT_BYTES)).replace(/^[\s\p{C}]+/u, '')
  return quote(describe(text), redact)
}

function describe(text: string): string {
  const error = phpErrorIn(text)
  if (error !== undefined) return error
  if (text.startsWith('<')) return describeMarkup(text)
  if (text.startsWith('[')) return 'a JSON list'
  if (text.startsWith('"')) return 'a JSON text'
  if (text.startsWith('{')) return describeObject(Buffer.from(text), true)
  return firstWords(text)
}

// At the beginning of a line: intact JSON has no text there.
const PHP_ERROR =
  /(?:^|\n)(?:<br ?\/?>\s{0,9})?(?:<b>)?((?:PHP )?(?:(?:Fatal|Parse|Recoverable fatal|Catchable fatal|Core|Compile) error|(?:Core |Compile )?Warning|Notice|Deprecated|Strict Standards))(?:<\/b>)?:[ \t]{1,9}([^\n]{1,1000})/i

// Messages of PHP itself. The message of an exception or of `trigger_error` can contain anything.
const PHP_MESSAGE =
  /^(?:[\w\\]+(?:::\w+)?\(|Undefined |Uncaught |Trying to |Attempt to |Cannot |Allowed memory size |Maximum |Out of memory|Division by zero|Array to string|syntax error|Call to |Creation of |Unknown: |A non-numeric |Illegal |Unsupported operand |Use of undefined |Unable to |Failed opening |Class |Module |Non-static |Required parameter |Optional parameter )/

const PHP_PLACE = / in (?:<b>)?((?:[A-Za-z]:)?[\w./\\-]{1,150})(?:<\/b>)?(?: on line (?:<b>)?|:)(\d{1,7})/

/** The line of a PHP error without its arguments: parentheses, and everything from the first quote on. */
function phpErrorIn(text: string): string | undefined {
  const [, level, line = ''] = PHP_ERROR.exec(text) ?? []
  if (level === undefined) return undefined
  const [place, file, number] = PHP_PLACE.exec(line) ?? []
  const message = (place === undefined ? line : line.slice(0, line.indexOf(place)))
    .replace(/^(Uncaught [\w\\]{1,80}).*$/, '$1')
    .replace(/<[^<>]{0,100}>?/g, '')
    .replace(/(?<!\w)(?:['"]|&#0*39;|&quot;).*$/, '…')
    .replace(/\([^()]{1,500}(?:\)|$)/g, '(…)')
  const words = PHP_MESSAGE.test(message) ? withoutNumbers(message).trim() : '…'
  return `${level}: ${words}${file === undefined ? '' : ` in ${file} on line ${number}`}`
}

const HTML_ELEMENT =
  /^(?:html|head|body|title|meta|link|script|style|center|h[1-6]|p|div|br|b|table|form|pre)$/i
const TITLE = /<title(?:\s[^<>]{0,200})?>([^<]{1,500})/i
const HEADING = /<h[1-6](?:\s[^<>]{0,200})?>((?:[^<]|<(?!\/h)){1,500})/i
const REFRESH = /<meta\s[^<>]{0,100}\burl=['"]?\s{0,9}(https?:\/\/[\w.:-]{1,100})/i

// The XML declaration, comments and the document type come before the root element.
const ROOT_ELEMENT =
  /^(?:\s{1,99}|<\?[^<>]{0,300}>|<!--[^<>]{0,300}-->|<![a-z][^<>]{0,300}>){0,20}<([A-Za-z_][\w.:-]{0,60})[\s/>]/i

function describeMarkup(text: string): string {
  const root = ROOT_ELEMENT.exec(text)?.[1] ?? ''
  if (!HTML_ELEMENT.test(root) && !/^<!doctype html/i.test(text)) {
    // XML can have titles too, but they can be part of records.
    if (root !== '') return `XML, root element ${root}`
    return text.startsWith('<!--') ? 'an HTML comment' : 'markup'
  }
  const title = TITLE.exec(text)?.[1]
  const heading = HEADING.exec(text)?.[1]?.replace(/<[^<>]{0,200}>?/g, ' ')
  const target = REFRESH.exec(text)?.[1]
  const parts = [
    ...(title === undefined ? [] : [`title "${withoutNumbers(title.trim())}"`]),
    ...(heading === undefined ? [] : [`heading "${withoutNumbers(heading.trim())}"`]),
    ...(target === undefined ? [] : [`refresh to ${target}`]),
  ]
  return parts.length === 0 ? 'an HTML page without title' : `an HTML page, ${parts.join(', ')}`
}

// Keys that describe an envelope or an error of another API. Values of other keys can be personal data.
const QUOTABLE_KEY = /^(?:code|error|error_description|msg|message|status)$/i

// Keys of records, which can have a message or a status, too: those of a customer.
const RECORD_KEY =
  /^(?:from|to|sender|date|fecha|hora|channel|subject|fromname|user)$|agent|customer|cliente|campaign|skill|conn_id|jitter|phone/i

// Field names are in lower case or camel case; names of people are not.
const FIELD = /^[a-z_](?!.*\d{5})[\w.-]{0,39}$/

const MAX_MEMBERS = 12
const MAX_VALUE = 120

/** The keys of an object that can be truncated, with the values of quotable keys unless the object is a record. */
function describeObject(bytes: Uint8Array, isOutermost: boolean): string {
  const members: { readonly key: string; value?: string }[] = []
  let isRecord = false
  try {
    for (let place = skipSpace(bytes, 1); bytes[place] === QUOTE; ) {
      const end = skipString(bytes, place, bytes.length)
      const key = parse(bytes, place, end)
      const value = skipSpace(bytes, skipSpace(bytes, end) + 1)
      if (typeof key !== 'string' || bytes[skipSpace(bytes, end)] !== COLON) break
      const isQuotable = QUOTABLE_KEY.test(key)
      isRecord ||= RECORD_KEY.test(key)
      const member: (typeof members)[number] = { key: isQuotable || FIELD.test(key) ? key : '…' }
      members.push(member)
      if (members.length > MAX_MEMBERS) break
      const next = skipValue(bytes, value, bytes.length)
      if (isQuotable) member.value = describeValue(bytes, value, next, isOutermost)
      place = skipSpace(bytes, next)
      if (bytes[place] !== COMMA) break
      place = skipSpace(bytes, place + 1)
    }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof ValueTooLongError)) throw error
  }
  const list = members
    .map(({ key, value }) => (value === undefined || isRecord ? key : `${key} ${value}`))
    .join(', ')
  if (!isOutermost) return `{${list}}`
  return members.length === 0 ? 'a JSON object' : `a JSON object with ${list}`
}

function describeValue(bytes: Uint8Array, from: number, to: number, isOutermost: boolean): string {
  if (bytes[from] === OPEN_OBJECT && bytes[to - 1] === CLOSE_OBJECT) {
    return isOutermost ? describeObject(bytes.subarray(from, to), false) : '{…}'
  }
  const value = parse(bytes, from, to)
  if (typeof value === 'string' && value.length <= MAX_VALUE && !STRUCTURE.test(value)) {
    return JSON.stringify(withoutNumbers(value))
  }
  const isSimple = value === null || typeof value === 'boolean' || typeof value === 'number'
  return isSimple ? withoutNumbers(String(value)) : '…'
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

// Structure within a text: of JSON, of PHP output, and of markup.
const STRUCTURE = /[{}[\]"|<>\t]|=>|&\w+;/

// Prose can precede a bracket or a quoted text, but not the separators of a table or the end of a value.
const OPENING = /[{[(<]|(?<=^|\s)["']/
const SEPARATOR = /[}\]>;|=\t]|,(?! )|(?<=\S)"|(?<=\S)'\s?[,:]|&\w+;/

// Field names of records, in this report and in others.
const RECORD_FIELD =
  /agent_|customer|cliente|conversation|conn_id|\w*(?:name|nombre|phone|tel[eé]fono|mail)\w*\s*:/i

/** The first line of a text that is neither markup nor JSON, up to the first bracket or quote. */
function firstWords(text: string): string {
  const [line = ''] = text.slice(0, MAX_READ).split(/[\r\n]/, 1)
  const end = line.search(OPENING)
  const words = end === -1 ? line : line.slice(0, end)
  if (SEPARATOR.test(words) || RECORD_FIELD.test(words)) return ''
  return withoutNumbers(end === -1 ? words : `${words.trim()}…`)
}

/** Phone numbers and identity cards have six digits or more. */
function withoutNumbers(text: string): string {
  return text.replace(/\d(?:[ .()/-]{0,2}\d){5,}/g, '…')
}

function onOneLine(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, ' ').trim()
}

function shorten(line: string): string {
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line
}
