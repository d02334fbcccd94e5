import { base64Forms, Secret } from '../secret.ts'
import { basicCredentials, type Route } from './route.ts'
import { createTraceFinder } from './secret-traces.ts'

/** The settings of an operation that contain secrets. */
export interface SecretSettings {
  readonly token: Secret
  /** Its proxy may have a password. */
  readonly route?: Route | undefined
  /** Key of the pseudonyms. */
  readonly hashKey?: Secret | undefined
}

// Minimum length of a user without a password that counts as a key. A shorter name can be part of any text.
const MIN_KEY_LENGTH = 8

/**
 * All secrets of an operation, which no output may contain. User and password together are a secret too: in the base64 of both, a
 * short password is only a few characters. A user without a password is a key.
 */
export function secretsOf({ token, route, hashKey }: SecretSettings): readonly Secret[] {
  const keys = hashKey === undefined ? [token] : [token, hashKey]
  const credentials = route?.proxy?.credentials
  if (credentials === undefined) return keys
  const { user, password } = credentials
  // Some outputs drop the padding.
  const both = new Secret(basicCredentials(credentials).replace(/=+$/, ''))
  if (password.reveal() !== '') return [...keys, both, password]
  return user.length < MIN_KEY_LENGTH ? [...keys, both] : [...keys, both, new Secret(user)]
}

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
export const WITHHELD = '(text withheld: it contains part of a secret)'

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
