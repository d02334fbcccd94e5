import type { Secret } from '../config/secret.ts'
import { base64Forms, createTraceFinder } from './token-traces.ts'

/** Removes the token from a text from outside. Redact before cutting: half an escape cannot be recognised. */
export type Redact = (text: string) => string

// Tokens have at most a few hundred characters. The beginning of a longer one is enough to find it.
const MAX_CHARACTERS = 256

// A shorter beginning of a token gives nothing away and can be any word.
const MIN_BEGINNING = 4

// The base64 of a shorter token can be part of any word.
const MIN_BASE64 = 6

// The rest of the next character if the cut goes through its escape.
const PART_OF_ESCAPE = '(?:[%\\\\&][\\w%\\\\&;#]{0,20})?'

const HTML_NAMES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
}

/** Replaces a text that contains part of the token in a form that cannot be removed safely. */
export const WITHHELD = '(text withheld: it contains part of the token)'

/**
 * Makes a redactor. It replaces the token as it is, and as pages and APIs repeat it: URL-encoded, escaped as in JSON or
 * HTML, or within base64. A cut text can end within the token, so the redactor also removes its beginning at the end of
 * the text. If any other trace of the token is left, the redactor withholds the whole text.
 */
export function createRedactor(token: Secret): Redact {
  let redact: Redact | undefined
  return (text) => {
    redact ??= redactorFor(token.reveal(), String(token))
    return redact(text)
  }
}

function redactorFor(token: string, replacement: string): Redact {
  const patterns = patternsFor(token)
  const containsTrace = createTraceFinder(token)
  return (text) => {
    const redacted = patterns.reduce((said, pattern) => said.replace(pattern, () => replacement), text)
    // A server can also send the replacement, between two parts of the token.
    return containsTrace(redacted.replaceAll(replacement, '')) ? WITHHELD : redacted
  }
}

function patternsFor(token: string): readonly RegExp[] {
  const characters = [...token.slice(0, MAX_CHARACTERS)].map(forms)
  const rest = token.length > MAX_CHARACTERS ? '[^\\s"\'<>]*' : ''
  const encoded = base64Patterns(Buffer.from(token))
  const whole = [
    `${characters.join('')}${rest}`,
    ...encoded.map((form) => `[\\w+/-]{0,3}${form.join('')}[\\w+/=-]*`),
  ]
  const beginnings = [
    beginning(characters, MIN_BEGINNING),
    ...encoded.map((form) => beginning(form, MIN_BASE64)),
  ]
  return [whole, beginnings].map((forms) => new RegExp(forms.join('|'), 'gi'))
}

/** A pattern for a character of the token in each of its forms. Repetition is bounded because the text can be hostile. */
function forms(character: string): string {
  const code = character.charCodeAt(0)
  const hex = code.toString(16).padStart(2, '0')
  const name = HTML_NAMES[character]
  const entities = [`#0{0,4}${code}`, `#x0{0,4}${hex}`, ...(name === undefined ? [] : [name])]
  const escaped = character.replace(/\W/, '\\$&')
  return `(?:\\\\{0,4}${escaped}|%(?:25){0,2}${hex}|\\\\{1,4}(?:u00|x)${hex}|&(?:amp;){0,2}(?:${entities.join('|')});)`
}

/** A pattern for the beginning of a form at the end of the text. @param min the fewest characters */
function beginning(characters: readonly string[], min: number): string {
  const more = characters.slice(min)
  const sure = characters.slice(0, min).join('')
  return `${sure}${more.map((form) => `(?:${form}`).join('')}${')?'.repeat(more.length)}${PART_OF_ESCAPE}$`
}

/** A pattern for each character of each base64 form of the token. */
function base64Patterns(token: Buffer): string[][] {
  return base64Forms(token)
    .filter((form) => form.length >= MIN_BASE64)
    .map((form) => [...form.slice(0, MAX_CHARACTERS)].map(base64Character))
}

/** As in base64 or in base64url. */
function base64Character(character: string): string {
  if (character === '+') return `(?:-|${forms('+')})`
  if (character === '/') return `(?:_|${forms('/')})`
  return character
}
