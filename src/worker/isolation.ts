import { Worker } from 'node:worker_threads'
import type { Operation } from '../config/operation.ts'
import { codeOf } from '../error-text.ts'
import { type Attempt, failedOutcome, type Outcome } from '../refresh/attempt.ts'
import type { FailureReason } from '../wolkvox/failure.ts'
import {
  type Abort,
  type Reply,
  type Task,
  type TaskRequest,
  type Tasks,
  type ThreadData,
  toPlain,
} from './protocol.ts'

/** The worker thread is gone, with all it had under way. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost'
  readonly reason: FailureReason

  constructor(message: string, reason: FailureReason, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** Work that is done off the serving thread. */
export interface Isolation {
  /** Never rejects but with the signal's reason: a worker that is lost is a refresh that failed. */
  readonly attempt: Attempt
  /** @throws WorkerLost */
  readonly encode: (operation: Operation) => Promise<Tasks['encode']>
  /**
   * @param stored bytes of the file, which change hands
   * @throws WorkerLost
   */
  readonly restore: (operation: Operation, stored: Uint8Array) => Promise<Tasks['restore']>
  /** How many tasks are in progress. */
  pending(): number
  /** Ends the thread and whatever it has under way. */
  close(): Promise<void>
}

// Beside the runtime's own way to read TypeScript: in the build, the thread is JavaScript like everything else.
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)

// Many times what any answer can take (test/integration/faults/heap.test.ts). It has to be: at such a limit V8 has been seen to end the
// whole process, not only the thread, so the bounds on an answer's shape and size come first and this is never reached.
const HEAP_LIMIT_MB = 512

// V8's own bound follows the machine's memory; what a refresh gains from more of it is little beside what it takes.
const YOUNG_GENERATION_MB = 12

// The call itself ends after its timeout; what comes behind it takes seconds at 60,000 agents, on a slow machine too.
const TIMEOUTS = 2
const AFTER_THE_CALL_MS = 30_000

interface Waiting {
  readonly settle: (result: Tasks[Task] | undefined) => void
  readonly fail: (error: WorkerLost) => void
}

/**
 * Starts a worker thread for what may take long, or die of what wolkvox sends. It is replaced when it has died, or when
 * it is stuck: one that does not answer within a multiple of the call's timeout is ended.
 *
 * @param remembersSnapshots whether snapshots are stored
 * @param thread what the thread runs; for tests
 * @param patienceMs how long a task may take, from the timeout of one call; for tests
 */
export function createIsolation(
  remembersSnapshots: boolean,
  thread: URL = THREAD,
  patienceMs = (timeoutMs: number) => TIMEOUTS * timeoutMs + AFTER_THE_CALL_MS,
): Isolation {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let lastId = 0

  /** @throws WorkerLost when the system has no thread left */
  function running(): Worker {
    try {
      worker ??= start()
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error))
      const message = `the worker cannot start (${cause.message}); check the limits on threads and memory`
      throw new WorkerLost(message, 'internal', { cause })
    }
    return worker
  }

  function start(): Worker {
    const started = new Worker(thread, {
      workerData: { remembersSnapshots } satisfies ThreadData,
      resourceLimits: {
        maxOldGenerationSizeMb: HEAP_LIMIT_MB,
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
      },
    })
    started.on('message', ({ id, result }: Reply) => waiting.get(id)?.settle(result))
    started.on('error', (error) => lose(started, error))
    started.on('exit', () => lose(started, new Error('it has exited')))
    return started
  }

  /** What was under way in a thread that is gone has failed. */
  function lose(lost: Worker, error: unknown): void {
    if (worker !== lost) return
    worker = undefined
    const cause = error instanceof Error ? error : new Error(String(error))
    const outOfMemory = codeOf(cause) === 'ERR_WORKER_OUT_OF_MEMORY'
    const message = outOfMemory
      ? 'the answer took more memory than it may'
      : `the worker ended: ${cause.message}`
    for (const { fail } of [...waiting.values()]) {
      fail(new WorkerLost(message, outOfMemory ? 'too_large' : 'internal', { cause }))
    }
  }

  function ask<T extends Task>(
    task: T,
    operation: Operation,
    { signal, stored }: { readonly signal?: AbortSignal; readonly stored?: Uint8Array } = {},
  ): Promise<Tasks[T] | undefined> {
    const id = ++lastId
    const current = running()
    const patience = patienceMs(operation.timeoutMs)
    const stuck = setTimeout(() => {
      lose(current, new Error(`it was stuck for ${patience / 1000} s`))
      void current.terminate()
    }, patience)
    // The thread is told, and not waited for: it may be stuck, and the process has seconds to end.
    const abort = () => {
      current.postMessage({ id, abort: true } satisfies Abort)
      waiting.get(id)?.settle(undefined)
    }
    signal?.addEventListener('abort', abort)
    return new Promise<Tasks[T] | undefined>((resolve, reject) => {
      waiting.set(id, { settle: (result) => resolve(result as Tasks[T] | undefined), fail: reject })
      const request: TaskRequest = { id, task, operation: toPlain(operation), stored }
      current.postMessage(request, transferable(stored))
    }).finally(() => {
      clearTimeout(stuck)
      signal?.removeEventListener('abort', abort)
      waiting.delete(id)
    })
  }

  return {
    async attempt(operation, signal): Promise<Outcome> {
      signal.throwIfAborted()
      try {
        const outcome = await ask('attempt', operation, { signal })
        signal.throwIfAborted()
        if (outcome !== undefined) return outcome
        throw new WorkerLost('the worker gave no answer', 'internal')
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof WorkerLost)) throw error
        return failedOutcome(error.reason, error.message)
      }
    },
    encode: async (operation) => answered(await ask('encode', operation)),
    restore: async (operation, stored) => answered(await ask('restore', operation, { stored })),
    pending: () => waiting.size,
    async close() {
      const last = worker
      if (last === undefined) return
      lose(last, new Error('it was closed'))
      await last.terminate()
    },
  }
}

function answered<T>(result: T | undefined): T {
  if (result === undefined) throw new WorkerLost('the worker gave no answer', 'internal')
  return result
}

/** Small buffers share their memory with others, which must not be handed over. */
function transferable(bytes: Uint8Array | undefined): ArrayBuffer[] {
  return bytes !== undefined && bytes.byteLength === bytes.buffer.byteLength
    ? [bytes.buffer as ArrayBuffer]
    : []
}
