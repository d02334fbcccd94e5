/** Below this many spent places the array is left as it is: moving it would cost more than it frees. */
const spentPlacesKept = 1024

/** A line in which the first to come is the first to go, at constant cost however long it is. */
export class Fifo<T> {
  #items: T[] = []
  #head = 0

  /** The first in line, who stays there; `undefined` when nobody waits. */
  peek(): T | undefined {
    return this.#items[this.#head]
  }

  /** Takes the first out of the line; `undefined` when nobody waits. */
  shift(): T | undefined {
    const first = this.#items[this.#head]
    if (this.#head < this.#items.length) this.#head += 1
    if (this.#head > spentPlacesKept && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return first
  }

  /** Adds to the end of the line. */
  push(item: T): void {
    this.#items.push(item)
  }

  /** Puts back at the head of the line what has been taken from it. */
  putBack(item: T): void {
    if (this.#head === 0) {
      this.#items.unshift(item)
    } else {
      this.#head -= 1
      this.#items[this.#head] = item
    }
  }
}
