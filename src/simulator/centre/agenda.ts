import TinyQueue from 'tinyqueue'

/** What is to happen at some second. */
export type Action = () => void

/**
 * The events to come, each at a whole second. Those of one second happen in the order they were entered, which is
 * what makes a run repeatable. The heap holds distinct seconds only, so that a second with many events costs little.
 */
export class Agenda {
  #now = 0
  readonly #seconds = new TinyQueue<number>()
  readonly #actions = new Map<number, Action[]>()

  /** The present, in whole seconds since midnight of day 0. */
  get now(): number {
    return this.#now
  }

  /** Enters an action. Throws a RangeError when `second` has gone by or is not whole. */
  at(second: number, action: Action): void {
    if (!Number.isInteger(second) || second < this.#now) {
      throw new RangeError(`no event can happen at second ${second}, it is ${this.#now}`)
    }
    const actions = this.#actions.get(second)
    if (actions === undefined) {
      this.#actions.set(second, [action])
      this.#seconds.push(second)
    } else {
      actions.push(action)
    }
  }

  /** Lets everything happen up to the end of `second`, which then is the present. A second gone by changes nothing. */
  runUntil(second: number): void {
    for (let next = this.#seconds.peek(); next !== undefined && next <= second; next = this.#seconds.peek()) {
      this.#now = next
      // The list may grow while it is gone through: an action may enter another for the same second.
      for (const action of this.#actions.get(next) ?? []) action()
      this.#actions.delete(next)
      this.#seconds.pop()
    }
    this.#now = Math.max(this.#now, second)
  }
}
