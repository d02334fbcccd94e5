import TinyQueue from 'tinyqueue'

/** What happens at an event. */
export type Action = () => void

/**
 * Future events by whole second. Events of the same second run in the order in which they were scheduled, so that a
 * run is repeatable. The heap contains each second once, so that a second with many events costs little.
 */
export class EventQueue {
  #now = 0
  readonly #seconds = new TinyQueue<number>()
  readonly #actions = new Map<number, Action[]>()

  /** The current time, in whole seconds since midnight of day 0. */
  get now(): number {
    return this.#now
  }

  /** Schedules an action. Throws a RangeError if `second` is in the past or not an integer. */
  schedule(second: number, action: Action): void {
    if (!Number.isInteger(second) || second < this.#now) {
      throw new RangeError(`cannot schedule an event at second ${second}; use an integer from ${this.#now}`)
    }
    const actions = this.#actions.get(second)
    if (actions === undefined) {
      this.#actions.set(second, [action])
      this.#seconds.push(second)
    } else {
      actions.push(action)
    }
  }

  /** Runs all events up to and including `second`, then sets the time to it. Does nothing if `second` is in the past. */
  runUntil(second: number): void {
    for (let next = this.#seconds.peek(); next !== undefined && next <= second; next = this.#seconds.peek()) {
      this.#now = next
      // An action may schedule another for the same second, so the list can grow during the loop.
      for (const action of this.#actions.get(next) ?? []) action()
      this.#actions.delete(next)
      this.#seconds.pop()
    }
    this.#now = Math.max(this.#now, second)
  }
}

/** With fewer removed items, copying the array would cost more than it frees. */
const minRemovedBeforeCompaction = 1024

/** A first-in, first-out queue. Items leave it in constant time at any length. */
export class FifoQueue<T> {
  #items: T[] = []
  #head = 0

  /** The first item, which stays in the queue; `undefined` if the queue is empty. */
  peek(): T | undefined {
    return this.#items[this.#head]
  }

  /** Removes the first item; `undefined` if the queue is empty. */
  shift(): T | undefined {
    const first = this.#items[this.#head]
    if (this.#head < this.#items.length) this.#head += 1
    if (this.#head > minRemovedBeforeCompaction && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return first
  }

  /** Adds an item at the end. */
  push(item: T): void {
    this.#items.push(item)
  }

  /** Adds an item at the front. */
  unshift(item: T): void {
    if (this.#head === 0) {
      this.#items.unshift(item)
    } else {
      this.#head -= 1
      this.#items[this.#head] = item
    }
  }
}
