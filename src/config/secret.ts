import { inspect } from 'node:util'

const REDACTED = '[secret]'

/**
 * A token or a password that printing, logging, spreading or serialising cannot reveal. Only {@link Secret.reveal} returns it, so every
 * use is easy to find.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
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
