import { Worker } from 'node:worker_threads'
import { codeOf } from '../error-text.ts'
import type { FailureReason } from '../wolkvox/failure.ts'
import {
  type FromWorker,
  type Task,
  type TaskRequest,
  type TaskResults,
  type ThreadData,
  type ToWorker,
  transferable,
} from './protocol.ts'

/** A worker thread ended together with its tasks, or could not start. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError'
  readonly reason: FailureReason

  constructor(message: string, reason: FailureReason, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** The promises of a requested task. */
export interface Running<T extends Task> {
  /**
   * `undefined` if the signal was aborted first.
   *
   * @throws WorkerLostError
   */
  readonly result: Promise<TaskResults[T] | undefined>
  /**
   * The encoded bytes, if they were requested and the result has data. Rejects with WorkerLostError if there are none.
   */
  readonly encoded: Promise<Uint8Array>
}

/**
 * Worker threads for work that may take long, or that a hostile response may crash. Any number of calls share a thread,
 * because they only wait for the network. Reading a response computes, and may get stuck or run out of memory: it uses a thread
 * exclusively, so that it can neither fail nor delay anything else.
 */
export interface WorkerPool {
  /**
   * Starts a thread that is ready for calls. A first call that has to wait for its thread would arrive later than planned, and so
   * closer to the next one. If the thread cannot start, the first task fails with the reason.
   */
  prepare(): void
  run<T extends Task>(request: Extract<TaskRequest, { task: T }>, signal?: AbortSignal): Running<T>
  /** How many tasks have not ended. */
  pending(): number
  /** How many threads are running. */
  threads(): number
  /** Ends all threads with their tasks. */
  close(): Promise<void>
}

/** What tests change. */
export interface WorkerPoolOptions {
  /** What a thread runs. */
  readonly thread?: URL
  readonly limits?: Partial<WorkerPoolLimits>
}

export interface WorkerPoolLimits {
  /** How many threads read at a time. Not counted: those that have been reading for {@link slowMs}, as they may be stuck. */
  readonly readers: number
  readonly slowMs: number
  /** An idle thread ends after this time, unless it is the last one. */
  readonly idleMs: number
  /** How long a task may take. A thread that takes longer is stuck and is ended. */
  readonly stuckAfterMs: (task: Task, timeoutMs: number) => number
}

// In the build, the thread is JavaScript like everything else.
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)

// Many times what any response can take (test/integration/faults/heap.test.ts), because at this limit V8 can end the whole
// process, not only the thread. The bounds on a response's shape and size apply first, so no response reaches it.
const HEAP_LIMIT_MB = 512

// V8's default follows the machine's memory. More makes refreshes only slightly faster, and costs as much memory.
const YOUNG_GENERATION_MB = 12

// A call ends after its timeout. Reading takes seconds at 60,000 records, also on a slow machine.
const CALL_TIMEOUTS = 2
const READING_LIMIT_MS = 30_000

export const productionLimits: WorkerPoolLimits = {
  readers: 2,
  slowMs: 5000,
  idleMs: 60_000,
  stuckAfterMs: (task, timeoutMs) => READING_LIMIT_MS + (task === 'call' ? CALL_TIMEOUTS * timeoutMs : 0),
}

interface PendingTask {
  readonly request: TaskRequest
  readonly settle: (result: TaskResults[Task] | undefined) => void
  readonly settleEncoded: (encoded: Uint8Array) => void
  readonly fail: (error: WorkerLostError) => void
  /** Removes the timers and listeners of the task. */
  readonly release: () => void
}

interface Thread {
  readonly worker: Worker
  readonly tasks: Map<number, PendingTask>
  /** Whether it reads. `slow`: it has been reading for so long that it may be stuck. */
  reading: 'no' | 'yes' | 'slow'
  idleTimer: NodeJS.Timeout | undefined
}

/** Makes a pool without threads. They start when there is work for them. */
export function createWorkerPool({ thread: file = THREAD, limits = {} }: WorkerPoolOptions = {}): WorkerPool {
  const { readers, slowMs, idleMs, stuckAfterMs } = { ...productionLimits, ...limits }
  const threads = new Set<Thread>()
  const waiting = new Map<number, PendingTask>()
  let lastId = 0
  let isClosed = false

  /** @throws WorkerLostError when the system refuses another thread */
  function startThread(forCalls: boolean): Thread {
    try {
      const worker = new Worker(file, {
        workerData: { forCalls } satisfies ThreadData,
        resourceLimits: {
          maxOldGenerationSizeMb: HEAP_LIMIT_MB,
          maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
        },
      })
      const thread: Thread = { worker, tasks: new Map(), reading: 'no', idleTimer: undefined }
      worker.on('message', (message: FromWorker) => receive(thread, message))
      worker.on('error', (error) => lose(thread, error))
      worker.on('exit', () => lose(thread, new Error('it has exited')))
      threads.add(thread)
      return thread
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error))
      const message = `the worker thread cannot start (${cause.message}); check the limits on threads and memory`
      throw new WorkerLostError(message, 'internal', { cause })
    }
  }

  function receive(thread: Thread, message: FromWorker): void {
    const task = thread.tasks.get(message.id)
    if (task === undefined) return
    if ('encoded' in message) task.settleEncoded(message.encoded)
    else task.settle(message.result)
    if (!('more' in message && message.more)) end(thread, message.id)
  }

  function end(thread: Thread, id: number): void {
    const task = thread.tasks.get(id)
    task?.fail(new WorkerLostError('the worker thread sent no more', 'internal'))
    task?.release()
    thread.tasks.delete(id)
    thread.reading = 'no'
    if (thread.tasks.size === 0) startIdleTimer(thread)
    startWaiting()
  }

  /** All tasks of a thread that has ended fail. */
  function lose(thread: Thread, error: unknown): void {
    if (!threads.delete(thread)) return
    clearTimeout(thread.idleTimer)
    const cause = error instanceof Error ? error : new Error(String(error))
    const outOfMemory = codeOf(cause) === 'ERR_WORKER_OUT_OF_MEMORY'
    const message = outOfMemory
      ? 'reading the response needed more memory than allowed'
      : `the worker thread ended: ${cause.message}`
    for (const task of thread.tasks.values()) {
      task.fail(new WorkerLostError(message, outOfMemory ? 'too_large' : 'internal', { cause }))
      task.release()
    }
    thread.tasks.clear()
    startWaiting()
  }

  function startIdleTimer(thread: Thread): void {
    thread.idleTimer = setTimeout(() => {
      if (threads.size > 1) void retire(thread)
    }, idleMs)
    thread.idleTimer.unref()
  }

  function retire(thread: Thread): Promise<number> {
    lose(thread, new Error('it is no longer needed'))
    return thread.worker.terminate()
  }

  /** Starts waiting tasks while there are threads for them. */
  function startWaiting(): void {
    for (const [id, task] of waiting) {
      if (isClosed) return
      const { task: kind } = task.request
      if (kind !== 'call' && !mayRead()) continue
      waiting.delete(id)
      try {
        assign(kind === 'call' ? threadForCalls() : threadForReading(), id, task)
      } catch (error) {
        if (!(error instanceof WorkerLostError)) throw error
        task.fail(error)
        task.release()
      }
    }
  }

  function mayRead(): boolean {
    return [...threads].filter(({ reading }) => reading === 'yes').length < readers
  }

  const isReading = ({ reading }: Thread) => reading !== 'no'
  const isIdle = ({ tasks }: Thread) => tasks.size === 0

  function threadForCalls(): Thread {
    const free = [...threads].filter((thread) => !isReading(thread))
    return free.find((thread) => !isIdle(thread)) ?? free[0] ?? startThread(true)
  }

  function threadForReading(): Thread {
    return [...threads].find(isIdle) ?? startThread(false)
  }

  function assign(thread: Thread, id: number, task: PendingTask): void {
    clearTimeout(thread.idleTimer)
    const { request } = task
    const limitMs = stuckAfterMs(request.task, request.operation.timeoutMs)
    const timers = [
      setTimeout(() => {
        lose(thread, new Error(`it was stuck for ${limitMs / 1000} s`))
        void thread.worker.terminate()
      }, limitMs),
    ]
    if (request.task !== 'call') {
      thread.reading = 'yes'
      const noteSlow = () => {
        thread.reading = 'slow'
        startWaiting()
      }
      timers.push(setTimeout(noteSlow, slowMs))
    }
    thread.tasks.set(id, {
      ...task,
      release: () => {
        timers.forEach(clearTimeout)
        task.release()
      },
    })
    const bytes = request.task === 'read' ? request.response.body : undefined
    const stored = request.task === 'restore' ? request.stored : undefined
    thread.worker.postMessage({ id, request } satisfies ToWorker, transferable(bytes, stored))
  }

  /** Notifies the thread without waiting for its reply: it may be stuck, and the process must end within seconds. */
  function abort(id: number, task: PendingTask): void {
    task.settle(undefined)
    task.fail(new WorkerLostError('the task was aborted', 'internal'))
    if (waiting.delete(id)) {
      task.release()
      return
    }
    const thread = [...threads].find(({ tasks }) => tasks.has(id))
    thread?.worker.postMessage({ id, abort: true } satisfies ToWorker)
  }

  return {
    prepare() {
      try {
        if (threads.size === 0 && !isClosed) startThread(true)
      } catch (error) {
        if (!(error instanceof WorkerLostError)) throw error
      }
    },
    run<T extends Task>(request: Extract<TaskRequest, { task: T }>, signal?: AbortSignal) {
      const id = ++lastId
      const result = Promise.withResolvers<TaskResults[Task] | undefined>()
      const encoded = Promise.withResolvers<Uint8Array>()
      // If no caller waits for the bytes, their rejection must not end the process.
      encoded.promise.catch(() => {})
      const onAbort = () => abort(id, task)
      const task: PendingTask = {
        request,
        settle: result.resolve,
        settleEncoded: encoded.resolve,
        fail: (error) => {
          result.reject(error)
          encoded.reject(error)
        },
        release: () => signal?.removeEventListener('abort', onAbort),
      }
      if (isClosed) task.fail(new WorkerLostError('the workers were closed', 'internal'))
      else if (signal?.aborted) abort(id, task)
      else {
        signal?.addEventListener('abort', onAbort, { once: true })
        waiting.set(id, task)
        startWaiting()
      }
      return { result: result.promise as Promise<TaskResults[T] | undefined>, encoded: encoded.promise }
    },
    pending: () => [...threads].reduce((sum, { tasks }) => sum + tasks.size, waiting.size),
    threads: () => threads.size,
    async close() {
      isClosed = true
      for (const task of waiting.values()) {
        task.fail(new WorkerLostError('the workers were closed', 'internal'))
        task.release()
      }
      waiting.clear()
      await Promise.all(
        [...threads].map((thread) => {
          lose(thread, new Error('it was closed'))
          return thread.worker.terminate()
        }),
      )
    },
  }
}
