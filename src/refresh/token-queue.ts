import { abortable } from './aborted.ts'

/** Runs tasks one after the other where they share a key. */
export interface TokenQueue {
  /**
   * Runs the task once those before it under the same key have ended, well or not.
   *
   * @param signal gives the place up while the task waits; then its reason is thrown
   */
  run<T>(key: string, signal: AbortSignal, task: () => Promise<T>): Promise<T>
  /** Keys with a task that runs or waits. */
  keys(): number
}

/** Makes an empty queue: wolkvox allows one token no two calls at the same time, whichever operation they are for. */
export function createTokenQueue(): TokenQueue {
  const tails = new Map<string, Promise<void>>()
  return {
    async run(key, signal, task) {
      const before = tails.get(key)
      const { promise: ended, resolve: end } = Promise.withResolvers<void>()
      const tail = Promise.all([before, ended]).then(() => {
        if (tails.get(key) === tail) tails.delete(key)
      })
      tails.set(key, tail)
      try {
        await abortable(before, signal)
        return await task()
      } finally {
        end()
      }
    },
    keys: () => tails.size,
  }
}
