import { base64Forms, type Secret } from '../config/secret.ts'

/** Removes the secrets from an external text. Redact before shortening: half an escape cannot be recognised. */
export type Redact = (text: string) => string

// Secrets have at most a few hundred characters. The beginning of a longer one is enough to find it.
const MAX_CHARACTERS = 256

// A shorter beginning reveals nothing. Only the end of a text is compared with it, so it can be shorter than a secret elsewhere.
const MIN_BEGINNING = 4

// Shorter base64 can be part of any word.
const MIN_BASE64 = 6

// A truncated escape at the end of the text.
const PART_OF_ESCAPE = '(?:[%\\\\&][\\w%\\\\&;#]{0,20})?'

const HTML_NAMES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
}

/** Replaces a text that contains part of a secret in a form that cannot be removed reliably. */
export const WITHHELD = '(text withheld: it contains part of the token or the proxy password)'

/**
 * Creates a redactor. It replaces each secret in the forms in which web pages and APIs repeat it: unchanged, URL-encoded, escaped
 * as in JSON or HTML, or within base64. A truncated text can end within a secret, so the redactor also removes the beginning
 * of a secret at the end of the text. If any other trace of a secret is left, the redactor withholds the whole text.
 */
export function createRedactor(...secrets: readonly Secret[]): Redact {
  let redactors: readonly Redact[] | undefined
  return (text) => {
    redactors ??= secrets.map((secret) => redactorFor(secret.reveal(), String(secret)))
    return redactors.reduce((rest, redact) => redact(rest), text)
  }
}

function redactorFor(secret: string, replacement: string): Redact {
  const patterns = patternsFor(secret)
  const containsTrace = createTraceFinder(secret)
  return (text) => {
    const redacted = patterns.reduce((rest, pattern) => rest.replace(pattern, () => replacement), text)
    // A server can also send the replacement between two parts of the secret.
    return containsTrace(redacted.replaceAll(replacement, '')) ? WITHHELD : redacted
  }
}

function patternsFor(secret: string): readonly RegExp[] {
  const characters = [...secret.slice(0, MAX_CHARACTERS)].map(forms)
  const rest = secret.length > MAX_CHARACTERS ? '[^\\s"\'<>]*' : ''
  const encoded = base64Patterns(secret)
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

/** A pattern for a character of the secret in each of its forms. Repetition is bounded because the text can be hostile. */
function forms(character: string): string {
  const code = character.charCodeAt(0)
  const hex = code.toString(16).padStart(2, '0')
  const name = HTML_NAMES[character]
  const entities = [`#0{0,4}${code}`, `#x0{0,4}${hex}`, ...(name === undefined ? [] : [name])]
  const escaped = character.replace(/\W/, '\\$&')
  return `(?:\\\\{0,4}${escaped}|%(?:25){0,2}${hex}|\\\\{1,4}(?:u00|x)${hex}|&(?:amp;){0,2}(?:${entities.join('|')});)`
}

/** A pattern for the beginning of a form at the end of the text. @param min minimum number of characters */
function beginning(characters: readonly string[], min: number): string {
  const optional = characters.slice(min)
  const required = characters.slice(0, min).join('')
  return `${required}${optional.map((form) => `(?:${form}`).join('')}${')?'.repeat(optional.length)}${PART_OF_ESCAPE}$`
}

/** A pattern for each character of each base64 form of the secret. */
function base64Patterns(secret: string): string[][] {
  return base64Forms(secret)
    .filter((form) => form.length >= MIN_BASE64)
    .map((form) => [...form.slice(0, MAX_CHARACTERS)].map(base64Character))
}

/** As in base64 or in base64url. */
function base64Character(character: string): string {
  if (character === '+') return `(?:-|${forms('+')})`
  if (character === '/') return `(?:_|${forms('/')})`
  return character
}

// Fewer characters of a secret reveal nothing.
const GRAM = 8

// A word of three letters is in almost every text.
const MIN_GRAM = 4

// The letters and digits of a part with punctuation; fewer are in too many texts.
const MIN_LETTERS = 6

// Eight characters of ASCII are ten of base64, of which up to three are `+` or `/`.
const BASE64_GRAM = 7
const MIN_BASE64_GRAM = 6

// No normal text is encoded this often.
const MAX_ROUNDS = 8

const ESCAPE =
  /%(?:25)*([0-9a-f]{2})|&(?:amp;)*#x0*([0-9a-f]{1,6});?|&(?:amp;)*#0*(\d{1,7});?|\\u\{?0*([0-9a-f]{2,6})\}?|(?:\\x|0x)([0-9a-f]{2})|&(?:amp;)*(amp|lt|gt|quot|apos);|\\[bfnrt]/gi

const MARKUP = /<[^<>]{0,100}>|&[a-z]{2,8};/gi

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Creates a check for traces of an altered secret: in another letter case or Unicode form, with separators, escaped any number
 * of times for URLs, HTML or JSON, reversed, in base64 or hex, or only a part of it.
 *
 * @returns whether a text contains eight or more characters of the secret in a row, or all of a shorter secret
 */
export function createTraceFinder(secret: string): (text: string) => boolean {
  const isGramIn = createGramSearch(secret)
  return (text) => {
    const forms = decodedForms(text)
    return forms === undefined || [...forms].some(isGramIn)
  }
}

/**
 * All decoded forms of a text, after each round of decoding, in one letter case and Unicode form, with and without
 * separators.
 *
 * @returns `undefined` if the text is encoded too often
 */
function decodedForms(text: string): Set<string> | undefined {
  const decoded = new Set<string>()
  for (const variant of new Set([text, text.replace(/[\s\p{C}]+/gu, '')])) {
    let current = variant
    for (let round = 0; round === 0 || !decoded.has(current); round += 1) {
      if (round > MAX_ROUNDS) return undefined
      decoded.add(current)
      current = current.replace(ESCAPE, decode)
    }
  }
  const folded = [...decoded].flatMap((form) => [form, form.replace(MARKUP, '')]).map(fold)
  return new Set(folded.flatMap((form) => [form, lettersOf(form)]))
}

function decode(_escape: string, ...groups: readonly (string | undefined)[]): string {
  const [percent, hexEntity, decimalEntity, unicode, hex, name] = groups
  const code = percent ?? hexEntity ?? unicode ?? hex
  if (code !== undefined) return fromCode(Number.parseInt(code, 16))
  if (decimalEntity !== undefined) return fromCode(Number(decimalEntity))
  return (name && NAMED[name.toLowerCase()]) ?? ''
}

const fromCode = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : '')

/**
 * Unifies letter cases, accents and compatibility characters such as full-width letters. It removes marks first, because
 * normalising a sequence of marks takes quadratic time.
 */
const fold = (text: string) =>
  text
    .replace(/\p{M}+/gu, '')
    .normalize('NFKD')
    .toLowerCase()

const lettersOf = (folded: string) => folded.replace(/[^\p{L}\p{N}]+/gu, '')

function createGramSearch(secret: string): (text: string) => boolean {
  const byLength = new Map<number, Set<string>>()

  function add(form: string, length: number, min: number): void {
    if (form.length < min) return
    const size = Math.min(length, form.length)
    const grams = byLength.get(size) ?? new Set()
    for (let at = 0; at + size <= form.length; at += 1) grams.add(form.slice(at, at + size))
    byLength.set(size, grams)
  }

  const folded = fold(secret)
  const letters = lettersOf(folded)
  add(folded, GRAM, MIN_GRAM)
  add(letters, GRAM, MIN_GRAM)
  for (let at = 0; at + GRAM <= folded.length; at += 1) {
    add(lettersOf(folded.slice(at, at + GRAM)), GRAM, MIN_LETTERS)
  }
  add([...letters].reverse().join(''), GRAM, MIN_GRAM)
  add(Buffer.from(secret).toString('hex'), GRAM * 2, MIN_GRAM * 2)
  for (const form of base64Forms(secret)) add(lettersOf(fold(form)), BASE64_GRAM, MIN_BASE64_GRAM)

  return (text) => {
    for (const [size, grams] of byLength) {
      for (let at = 0; at + size <= text.length; at += 1) {
        if (grams.has(text.slice(at, at + size))) return true
      }
    }
    return false
  }
}
