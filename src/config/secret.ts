import { inspect } from 'node:util'

const REDACTED = '[secret]'

// Every secret of this thread, for {@link redactSecrets}.
const known = new Set<string>()

/**
 * A token or a password that printing, logging, spreading or serialising cannot reveal. Only {@link Secret.reveal} returns it, so every
 * use is easy to find.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
    known.add(value)
  }

  /** The secret itself, for the request header and for redaction. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}

// A shorter text can be part of any word or number.
const MIN_LENGTH = 8

let pattern: { readonly regExp: RegExp; readonly secrets: number } | undefined

/**
 * Removes every secret of the process from a text: unchanged, escaped as in JSON or URLs, or within base64. The last line of
 * defence for all outputs: no message should contain one.
 */
export function redactSecrets(text: string): string {
  if (pattern?.secrets !== known.size) pattern = { regExp: patternOf(known), secrets: known.size }
  return text.replace(pattern.regExp, REDACTED)
}

/**
 * Creates a check whether a text contains a secret, in the forms that {@link redactSecrets} removes. A short secret is found
 * only unchanged.
 */
export function createSecretFinder(secret: string): (text: string) => boolean {
  const forms = formsOf(secret)
  if (forms.length === 0) return (text) => secret !== '' && text.includes(secret)
  const shortest = Math.min(...forms.map(({ length }) => length))
  const regExp = new RegExp(forms.map(literal).join('|'))
  // Most texts are shorter than a token.
  return (text) => text.length >= shortest && regExp.test(text)
}

function patternOf(secrets: Iterable<string>): RegExp {
  const forms = new Set([...secrets].flatMap(formsOf))
  // The longest first: a form can begin with another one.
  const sorted = [...forms].sort((a, b) => b.length - a.length)
  return new RegExp(sorted.map(literal).join('|') || '(?!)', 'g')
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** The forms of a secret that can be found; none for a short one. */
function formsOf(secret: string): string[] {
  if (secret.length < MIN_LENGTH) return []
  const json = JSON.stringify(secret).slice(1, -1)
  return [...new Set([secret, json, encodeURIComponent(secret), ...base64Forms(secret)])]
}

/** The base64 of a secret within a longer text, without the characters that also depend on its neighbours. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    const whole = Math.floor(((offset + bytes.length) * 8) / 6)
    const form = encoded.slice(Math.ceil((offset * 8) / 6), whole)
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
