import { inspect } from 'node:util'

const SHOWN = '[secret]'

/**
 * Holds a token so that printing, logging, spreading or serialising the configuration cannot show it: only
 * {@link Secret.reveal} gives it out, which makes every place that reads it easy to find.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The token itself: for the request's header, and for taking it out of texts from outside. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return SHOWN
  }

  toJSON(): string {
    return SHOWN
  }

  [inspect.custom](): string {
    return SHOWN
  }
}
