import type { Secret } from '../config/secret.ts'

/** Takes the token out of a text from outside. It has to see the text before anything cuts it. */
export type Redact = (text: string) => string

// A token is at most a few hundred characters long; of a longer one its beginning is enough to find it.
const MAX_CHARACTERS = 256

// A shorter beginning of a token gives nothing away, and might be any word.
const MIN_BEGINNING = 4

// The base64 of a short token has so few characters that any word may contain them.
const MIN_BASE64 = 6

// What is left of the next character, where the cut goes through its escape.
const PART_OF_ESCAPE = '(?:[%\\\\&][\\w%\\\\&;#]{0,20})?'

const HTML_NAMES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
}

/**
 * Makes a redactor: it replaces the token as it is, and as pages and APIs repeat it: URL-encoded, escaped as in JSON or
 * HTML, or within base64. A text that was cut may end within the token, so its beginning at the end of the text goes too.
 */
export function createRedactor(token: Secret): Redact {
  let patterns: readonly RegExp[] | undefined
  return (text) => {
    patterns ??= patternsFor(token.reveal())
    return patterns.reduce((redacted, pattern) => redacted.replace(pattern, () => String(token)), text)
  }
}

function patternsFor(token: string): readonly RegExp[] {
  const characters = [...token.slice(0, MAX_CHARACTERS)].map(forms)
  const rest = token.length > MAX_CHARACTERS ? '[^\\s"\'<>]*' : ''
  const encoded = base64Forms(Buffer.from(token))
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

/** A pattern for a character of the token in each of its forms. Repetition is bounded: the text may be hostile. */
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

/**
 * What base64 makes of the token within a longer text, such as `user:token`: one for each place at which the token may
 * begin in a group of three bytes, without the characters that contain bits of its neighbours.
 */
function base64Forms(token: Buffer): string[][] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), token]).toString('base64')
    const known = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + token.length) * 8) / 6))
    return known.length < MIN_BASE64 ? [] : [[...known.slice(0, MAX_CHARACTERS)].map(base64Character)]
  })
}

/** As in base64 or in base64url. */
function base64Character(character: string): string {
  if (character === '+') return `(?:-|${forms('+')})`
  if (character === '/') return `(?:_|${forms('/')})`
  return character
}
