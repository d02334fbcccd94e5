/** The disk did not answer in time. */
export class DiskTimeoutError extends Error {
  override readonly name = 'DiskTimeoutError'
}

// A call waits until its count is written, but not for a disk that has stopped answering, as a network file system may.
export const DISK_TIMEOUT_MS = 10_000

/** Runs file operations one after the other. */
export interface Disk {
  /**
   * Runs the operation after those before it.
   *
   * @throws DiskTimeoutError when the operation does not end in time, or at once while an earlier one hangs; an operation that has
   *   not started by then never starts
   */
  run<T>(operation: () => Promise<T>): Promise<T>
  /** Resolves when no operation is in flight: never, while one hangs. */
  idle(): Promise<void>
}

/**
 * Prevents a hung disk from blocking the whole process: each hung operation blocks one of the four threads of libuv's pool.
 * Scrapes need the pool to compress their body, and calls need it to look up a name. So one disk object serves the whole process.
 *
 * @param timeoutMs from the request to the end of the operation, its turn included
 */
export function createDisk(timeoutMs = DISK_TIMEOUT_MS): Disk {
  let queue = Promise.resolve()
  let hung = false

  return {
    async run<T>(operation: () => Promise<T>) {
      if (hung) throw new DiskTimeoutError('an earlier file operation still hangs')
      return new Promise<T>((resolve, reject) => {
        let state: 'waiting' | 'running' | 'abandoned' = 'waiting'
        const timer = setTimeout(() => {
          hung ||= state === 'running'
          state = 'abandoned'
          reject(new DiskTimeoutError(`the disk did not answer within ${timeoutMs / 1000} s`))
        }, timeoutMs)
        queue = queue.then(async () => {
          if (state === 'abandoned') return
          state = 'running'
          await operation().then(resolve, reject)
          clearTimeout(timer)
          hung = false
        })
      })
    },
    idle: () => queue,
  }
}
