import { Worker } from 'node:worker_threads'
import { createDisk, DISK_TIMEOUT_MS } from './disk.ts'
import type { LockReply, LockRequest, LockResult } from './lock-thread.ts'

/** Another exporter has the lock. */
export class StorageInUseError extends Error {
  override readonly name = 'StorageInUseError'

  /**
   * @param path of the lock
   * @param account its server code
   */
  constructor(path: string, account: string, options?: ErrorOptions) {
    super(
      `another exporter uses ${path} for the account ${account}; stop it, or choose another folder with --storage.path`,
      options,
    )
  }
}

/** The locks of this process. */
export interface Locks {
  /**
   * Acquires the lock, or keeps it while its file is still the same. A lock file with other content is emptied. A missing
   * folder is created.
   *
   * @param path of the lock file
   * @param account for the message of StorageInUseError
   * @returns `unavailable` if the folder cannot be written: then the data cannot be written either, which is reported anyway
   * @throws StorageInUseError when another process has the lock
   * @throws DiskTimeoutError when the disk does not answer in time; the lock may still be acquired later
   * @throws LockError if the lock file cannot be opened, the file system has no locks, or no thread can be started
   */
  acquire(path: string, account: string): Promise<'acquired' | 'kept' | 'unavailable'>
  /** Releases the lock if this process has it. @throws DiskTimeoutError */
  release(path: string): Promise<void>
  /** Ends the thread, and with it every lock: never resolves while the disk hangs. */
  close(): Promise<void>
}

/** A lock cannot be acquired, although no other process has it. */
export class LockError extends Error {
  override readonly name = 'LockError'
}

// In the build, the thread is JavaScript like everything else.
const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './lock-thread.ts' : './lock-thread.js',
  import.meta.url,
)

// The thread only opens files and keeps a few handles.
const MEMORY = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 }

/**
 * Locks files for this process. Node has no file locks, but its SQLite uses the kernel's: they end with the process, and apply
 * between containers that share the folder. SQLite blocks its thread while the disk hangs, so it runs on a separate thread,
 * which the first lock starts.
 *
 * @param timeoutMs how long the disk may take
 * @param thread what the thread runs; for tests
 */
export function createLocks(timeoutMs = DISK_TIMEOUT_MS, thread: URL = THREAD): Locks {
  const disk = createDisk(timeoutMs)
  const waiting = new Map<number, { resolve(result: LockResult): void; reject(error: LockError): void }>()
  let worker: Worker | undefined
  let lastId = 0

  function start(): Worker {
    const started = new Worker(thread, { resourceLimits: MEMORY })
    started.unref()
    started.on('message', ({ id, ...result }: LockReply) => waiting.get(id)?.resolve(result))
    started.on('error', (error) => lose(started, error))
    started.on('exit', () => lose(started))
    return started
  }

  function lose(lost: Worker, cause?: unknown): void {
    if (worker !== lost) return
    worker = undefined
    for (const { reject } of [...waiting.values()]) reject(new LockError('the lock thread ended', { cause }))
  }

  async function ask(action: LockRequest['action'], path: string): Promise<LockResult> {
    return disk.run(async () => {
      try {
        worker ??= start()
      } catch (cause) {
        throw new LockError('the lock thread cannot start; check the limits on threads and memory', {
          cause,
        })
      }
      const id = ++lastId
      const { promise, resolve, reject } = Promise.withResolvers<LockResult>()
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, action, path } satisfies LockRequest)
      return promise.finally(() => waiting.delete(id))
    })
  }

  return {
    async acquire(path, account) {
      const result = await ask('acquire', path)
      switch (result.outcome) {
        case 'in use':
          throw new StorageInUseError(path, account, { cause: new Error(result.problem) })
        case 'failed':
          throw new LockError(result.problem)
        case 'released':
          throw new LockError('the lock thread gave the wrong answer')
        default:
          return result.outcome
      }
    },
    async release(path) {
      if (worker !== undefined) await ask('release', path)
    },
    async close() {
      await worker?.terminate()
    },
  }
}
