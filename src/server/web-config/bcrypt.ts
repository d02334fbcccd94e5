import { Worker } from 'node:worker_threads'
import type { BcryptReply, BcryptRequest } from './bcrypt-thread.ts'

/** The thread ended, did not start, or took too long. */
export class BcryptThreadError extends Error {
  override readonly name = 'BcryptThreadError'
}

/** Compares passwords with bcrypt hashes, one after the other. */
export interface Bcrypt {
  /** @throws BcryptThreadError */
  compare(password: string, hash: string): Promise<boolean>
  close(): Promise<void>
}

// In the build, the thread is JavaScript like everything else.
const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './bcrypt-thread.ts' : './bcrypt-thread.js',
  import.meta.url,
)

// bcrypt needs 4 KiB; this is for the module itself.
const MEMORY = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 }

// Prometheus waits 10 s at most by default.
const TIMEOUT_MS = 20_000

// Verified passwords are remembered, so the thread is rarely needed.
const IDLE_MS = 60_000

/**
 * A thread for bcrypt, which computes for a tenth of a second or longer. It must not run on the serving thread, nor in libuv's
 * pool, where scrapes compress. The thread starts with the first comparison and ends when it is idle.
 *
 * @param thread what the thread runs; for tests
 */
export function createBcrypt(timeoutMs = TIMEOUT_MS, idleMs = IDLE_MS, thread: URL = THREAD): Bcrypt {
  let worker: Worker | undefined
  // The reason why the thread ends, if there is one.
  let lastError: unknown
  let lastId = 0
  let idle: NodeJS.Timeout | undefined

  function start(): Worker {
    try {
      const started = new Worker(thread, { resourceLimits: MEMORY })
      started.unref()
      lastError = undefined
      // Without a listener, an error would end the process. The comparison in flight fails by the `exit` that follows.
      started.on('error', (error) => {
        lastError = error
      })
      started.once('exit', () => {
        if (worker === started) worker = undefined
      })
      return started
    } catch (cause) {
      throw new BcryptThreadError('the bcrypt thread cannot start; check the limits on threads and memory', {
        cause,
      })
    }
  }

  async function stop(): Promise<void> {
    clearTimeout(idle)
    const stopped = worker
    worker = undefined
    await stopped?.terminate()
  }

  return {
    async compare(password, hash) {
      clearTimeout(idle)
      worker ??= start()
      const asked = worker
      const id = ++lastId
      const { promise, resolve, reject } = Promise.withResolvers<boolean>()
      const receive = (reply: BcryptReply) => {
        if (reply.id === id) resolve(reply.matches)
      }
      const fail = () =>
        reject(
          new BcryptThreadError('the bcrypt thread ended; check the limit on the memory of this process', {
            cause: lastError,
          }),
        )
      const timer = setTimeout(() => {
        reject(
          new BcryptThreadError(`bcrypt took longer than ${timeoutMs / 1000} s; use hashes of a lower cost`),
        )
        void stop()
      }, timeoutMs)
      asked.on('message', receive).once('exit', fail)
      try {
        asked.postMessage({ id, password, hash } satisfies BcryptRequest)
        return await promise
      } finally {
        clearTimeout(timer)
        asked.off('message', receive).off('exit', fail)
        clearTimeout(idle)
        idle = setTimeout(() => void stop(), idleMs).unref()
      }
    },
    close: stop,
  }
}
