import { inspect } from 'node:util'

const REDACTED = '[secret]'

// A token that was replaced can still be in a late message. Without a limit, each new token would slow down all outputs for good.
const MAX_RELEASED = 1024

// Each thread has its own copy of this module, and knows only its own secrets.

/** The secrets in use, and how many objects have each. They stay here while an object has them. */
const inUse = new Map<string, number>()

/** Secrets that no object has any more. The last one was released last. */
const released = new Set<string>()

/**
 * The forms of all of them by their first {@link MIN_LENGTH} characters, the longest first; made when it is needed. Not a regular
 * expression: V8 compiles one for each new secret, each as large as all secrets together, and keeps them for a long time.
 */
let index: Map<string, string[]> | undefined

function remember(secret: string): void {
  const uses = inUse.get(secret) ?? 0
  inUse.set(secret, uses + 1)
  if (!released.delete(secret) && uses === 0 && index !== undefined) addForms(index, secret)
}

function release(secret: string): void {
  const uses = inUse.get(secret) ?? 0
  if (uses > 1) {
    inUse.set(secret, uses - 1)
    return
  }
  inUse.delete(secret)
  released.add(secret)
  for (const oldest of released) {
    if (released.size <= MAX_RELEASED) break
    released.delete(oldest)
    index = undefined
  }
}

// Some time after the object is gone. Until then the secret is still found.
const objects = new FinalizationRegistry(release)

/**
 * A token or a password that printing, logging, spreading or serialising cannot reveal. Only {@link Secret.reveal} returns it, so
 * every use is easy to find.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
    remember(value)
    objects.register(this, value)
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

// A shorter text can be part of any word or number, and its replacement would damage the outputs.
const MIN_LENGTH = 8

/**
 * Removes every secret of this thread from a text: unchanged, escaped as in JSON or URLs, or within base64. The last line of
 * defence for all outputs: no message should contain one.
 */
export function redactSecrets(text: string): string {
  index ??= indexOf([...inUse.keys(), ...released])
  let redacted = ''
  let copied = 0
  for (let at = 0; at + MIN_LENGTH <= text.length; ) {
    const found = index.get(text.slice(at, at + MIN_LENGTH))?.find((form) => text.startsWith(form, at))
    if (found === undefined) {
      at += 1
      continue
    }
    redacted += text.slice(copied, at) + REDACTED
    at += found.length
    copied = at
  }
  return redacted + text.slice(copied)
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

function indexOf(secrets: Iterable<string>): Map<string, string[]> {
  const forms = new Map<string, string[]>()
  for (const secret of secrets) addForms(forms, secret)
  return forms
}

function addForms(forms: Map<string, string[]>, secret: string): void {
  for (const form of formsOf(secret)) {
    const start = form.slice(0, MIN_LENGTH)
    const same = forms.get(start) ?? []
    // A form can begin with another one.
    const shorter = same.findIndex(({ length }) => length < form.length)
    same.splice(shorter === -1 ? same.length : shorter, 0, form)
    forms.set(start, same)
  }
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** The forms of a secret that can be found; none for a short one. */
function formsOf(secret: string): string[] {
  if (secret.length < MIN_LENGTH) return []
  const json = JSON.stringify(secret).slice(1, -1)
  const encoded = base64Forms(secret)
  const base64 = [...encoded, ...encoded.map(toBase64Url)]
  return [...new Set([secret, json, encodeURIComponent(secret), ...base64])]
}

/**
 * The base64 of a secret within a longer text, such as `user:secret`: one form for each place at which the secret can begin in a
 * group of three bytes, without the characters that contain bits of its neighbours.
 */
export function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
  })
}

const toBase64Url = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')
