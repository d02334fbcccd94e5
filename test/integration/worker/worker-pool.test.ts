import { getEventListeners, once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it, vi } from 'vitest'
import { toPlain } from '../../../src/worker/protocol.ts'
import {
  createWorkerPool,
  productionLimits,
  WorkerLostError,
  type WorkerPool,
  type WorkerPoolLimits,
} from '../../../src/worker/worker-pool.ts'
import { anOperation } from '../../../tools/fixtures.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'

const THREAD = new URL('../../support/scripted-thread.ts', import.meta.url)

// Worker throws for an address that is not a file, as it does when the system has no thread left.
const CANNOT_START = new URL('https://localhost/thread.js')

function startPool(limits: Partial<WorkerPoolLimits> = {}, thread = THREAD): WorkerPool {
  const pool = createWorkerPool({ thread, limits })
  onTestFinished(() => pool.close())
  return pool
}

/** What a request has for every task. */
const target = (behaviour: string, timeoutMs = 2000) => ({
  operation: toPlain(anOperation({ name: behaviour, timeoutMs })),
  report: 'agents',
})

/** Closing the pool fails tasks that a test leaves running. */
function withHandledResult<R extends { readonly result: Promise<unknown> }>(running: R): R {
  running.result.catch(() => {})
  return running
}

const call = (pool: WorkerPool, behaviour: string, signal?: AbortSignal, timeoutMs?: number) =>
  withHandledResult(pool.run<'call'>({ task: 'call', ...target(`call ${behaviour}`, timeoutMs) }, signal))

const read = (pool: WorkerPool, behaviour: string, signal?: AbortSignal, timeoutMs?: number) => {
  const response = { status: 200, body: new Uint8Array([1]), fetchedAt: 0 }
  return withHandledResult(
    pool.run<'read'>(
      { task: 'read', ...target(`read ${behaviour}`, timeoutMs), response, encode: true },
      signal,
    ),
  )
}

const restore = (pool: WorkerPool, behaviour: string, signal?: AbortSignal, timeoutMs?: number) => {
  const stored = new Uint8Array([1])
  return withHandledResult(
    pool.run<'restore'>({ task: 'restore', ...target(`restore ${behaviour}`, timeoutMs), stored }, signal),
  )
}

const starters = { call, read, restore }

/** The tasks on the thread of a call or read with the behaviour `states its tasks`, this one included. */
async function tasksOf(result: Promise<unknown>): Promise<readonly string[]> {
  return JSON.parse(((await result) as { failure: { message: string } }).failure.message)
}

const lost = (message: unknown = expect.any(String), reason = 'internal') =>
  expect.objectContaining({ name: 'WorkerLostError', message, reason })

/** Waits until the threads have received what was posted to them. */
const threadsAreBusy = () => new Promise((resolve) => setTimeout(resolve, 150))

/** Resolves with the worker thread that this process starts next. */
const nextWorker = async () => (await once(process, 'worker'))[0] as Worker

/** Fails long before the test times out. */
async function promptly<T>(promise: Promise<T>, withinMs = 3000): Promise<T> {
  const tooLate = Promise.withResolvers<never>()
  const timer = setTimeout(() => tooLate.reject(new Error(`it took longer than ${withinMs} ms`)), withinMs)
  return Promise.race([promise, tooLate.promise]).finally(() => clearTimeout(timer))
}

describe('a prepared pool', () => {
  it('has a thread before the first call, which uses it', async () => {
    const pool = startPool()
    pool.prepare()
    pool.prepare()
    expect(pool.threads()).toBe(1)
    expect(await call(pool, 'answers').result).toMatchObject({ ok: true })
    expect(pool.threads()).toBe(1)
  })

  it('fails the first task instead of the preparation if no thread can start', async () => {
    const pool = startPool({}, new URL('https://localhost/thread.js'))
    pool.prepare()
    expect(pool.threads()).toBe(0)
    await expect(call(pool, 'answers').result).rejects.toThrow('the worker thread cannot start')
  })

  it('starts no thread when it was closed', async () => {
    const pool = startPool()
    await pool.close()
    pool.prepare()
    expect(pool.threads()).toBe(0)
  })
})

describe('calls', () => {
  it('share a thread, however many there are', async () => {
    const pool = startPool()
    for (let count = 0; count < 20; count += 1) void call(pool, 'says nothing')
    const tasks = await tasksOf(call(pool, 'states its tasks').result)
    expect(tasks).toHaveLength(21)
    expect(pool.threads()).toBe(1)
  })

  it.each(['is stuck', 'says nothing'])('do not wait for a read that %s', async (behaviour) => {
    const pool = startPool()
    void read(pool, behaviour)
    expect(await promptly(call(pool, 'answers').result)).toMatchObject({ ok: true })
    expect(pool.threads()).toBe(2)
  })

  it('do not wait when all readers are stuck and further reads wait', async () => {
    const pool = startPool()
    for (let count = 0; count < 5; count += 1) void read(pool, 'is stuck')
    expect(await promptly(call(pool, 'answers').result)).toMatchObject({ ok: true })
  })
})

describe.each(['read', 'restore'] as const)('a %s', (task) => {
  it('does not share its thread with a call that began before', async () => {
    const pool = startPool()
    void call(pool, 'says nothing')
    await threadsAreBusy()
    void starters[task](pool, 'says nothing')
    expect(await tasksOf(call(pool, 'states its tasks').result)).toEqual(['call', 'call'])
    expect(pool.threads()).toBe(2)
  })

  it('does not share its thread with a call that begins after', async () => {
    const pool = startPool()
    void starters[task](pool, 'says nothing')
    expect(await tasksOf(call(pool, 'states its tasks').result)).toEqual(['call'])
  })

  it('does not share its thread with a call that was aborted but has not ended there', async () => {
    const pool = startPool()
    const ending = new AbortController()
    const aborted = call(pool, 'is stuck', ending.signal)
    ending.abort()
    expect(await aborted.result).toBeUndefined()
    const result: Promise<unknown> = starters[task](pool, 'answers').result
    expect(await promptly(result)).toBeDefined()
  })

  it('takes an idle thread instead of a new one', async () => {
    const pool = startPool()
    await call(pool, 'answers').result
    await starters[task](pool, 'answers').result
    await call(pool, 'answers').result
    expect(pool.threads()).toBe(1)
  })

  it('leaves the threads of other reads and of calls alone when its thread ends', async () => {
    const pool = startPool({ readers: 3 })
    const others: readonly { readonly result: Promise<unknown> }[] = [
      call(pool, 'answers late'),
      read(pool, 'answers late'),
      restore(pool, 'answers late'),
    ]
    const reading = starters[task](pool, 'exits')
    await expect(reading.result).rejects.toEqual(lost('the worker thread ended: it has exited'))
    const results = await Promise.all(others.map(({ result }) => result))
    expect(results.map((result) => result !== undefined)).toEqual([true, true, true])
  })
})

describe('the limit of readers', () => {
  it('lets no more threads read at a time', async () => {
    const pool = startPool({ readers: 2 })
    const ending = new AbortController()
    const reading = [read(pool, 'says nothing', ending.signal), restore(pool, 'says nothing', ending.signal)]
    const ended = vi.fn()
    const waiting = [read(pool, 'answers'), restore(pool, 'answers'), read(pool, 'answers')]
    for (const { result } of waiting) void result.then(ended)
    await threadsAreBusy()
    expect(ended).not.toHaveBeenCalled()
    expect([pool.threads(), pool.pending()]).toEqual([2, 5])
    ending.abort()
    await Promise.all([...reading, ...waiting].map(({ result }) => result))
    expect(ended).toHaveBeenCalledTimes(3)
    expect(pool.threads()).toBe(2)
  })

  it('is for reads in the order in which they were asked for', async () => {
    const pool = startPool({ readers: 1 })
    const order: number[] = []
    const reads = [0, 1, 2, 3].map((index) => read(pool, 'answers').result.then(() => order.push(index)))
    await Promise.all(reads)
    expect(order).toEqual([0, 1, 2, 3])
  })

  it('counts a reader until its bytes are encoded', async () => {
    const pool = startPool({ readers: 1 })
    const reading = read(pool, 'encodes')
    const order: string[] = []
    void reading.encoded.then(() => order.push('encoded'))
    await read(pool, 'answers').result.then(() => order.push('read'))
    expect(order).toEqual(['encoded', 'read'])
  })

  it('passes the place of a reader that has ended with its thread to the next one', async () => {
    const pool = startPool({ readers: 1 })
    const reading = read(pool, 'exits')
    const waiting = read(pool, 'answers')
    await expect(reading.result).rejects.toBeInstanceOf(WorkerLostError)
    expect(await promptly(waiting.result)).toMatchObject({ ok: false })
  })
})

// Two stuck threads can occupy two cores, so that starting further threads takes seconds on a busy machine.
const WAIT_MS = 10_000

describe('with a clock that the test moves', () => {
  const useFakeTimers = () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
  }

  it('a reader no longer counts after 5 s', async () => {
    const [first, second] = [vi.fn(), vi.fn()]
    useFakeTimers()
    const pool = startPool()
    for (let count = 0; count < 2; count += 1) void read(pool, 'is stuck')
    void read(pool, 'answers').result.then(first)
    void read(pool, 'answers').result.then(second)
    await vi.advanceTimersByTimeAsync(4999)
    expect([pool.threads(), pool.pending()]).toEqual([2, 4])
    expect(first).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(pool.threads()).toBe(4)
    await vi.waitFor(() => {
      expect(first).toHaveBeenCalledOnce()
      expect(second).toHaveBeenCalledOnce()
    }, WAIT_MS)
  })

  it('a reader that no longer counts has its thread to itself until it ends', async () => {
    useFakeTimers()
    const pool = startPool({ readers: 1 })
    const ending = new AbortController()
    const slow = read(pool, 'says nothing', ending.signal)
    await vi.advanceTimersByTimeAsync(5000)
    expect(await tasksOf(call(pool, 'states its tasks').result)).toEqual(['call'])
    expect(await tasksOf(read(pool, 'states its tasks').result)).toEqual(['read'])
    expect(pool.threads()).toBe(2)
    ending.abort()
    await slow.result
    await vi.waitFor(() => expect(pool.pending()).toBe(0), WAIT_MS)
    // Its thread is of use again.
    const reading = read(pool, 'answers')
    void call(pool, 'answers')
    await reading.result
    expect(pool.threads()).toBe(2)
  })

  it('an idle thread ends after 60 s, except the last one', async () => {
    useFakeTimers()
    const pool = startPool()
    await Promise.all([
      read(pool, 'answers').result,
      read(pool, 'answers').result,
      call(pool, 'answers').result,
    ])
    expect(pool.threads()).toBe(3)
    await vi.advanceTimersByTimeAsync(59_999)
    expect(pool.threads()).toBe(3)
    await vi.advanceTimersByTimeAsync(1)
    expect(pool.threads()).toBe(1)
    await vi.advanceTimersByTimeAsync(600_000)
    expect(pool.threads()).toBe(1)
    expect(await call(pool, 'answers').result).toMatchObject({ ok: true })
  })

  it('a thread that is used again is not idle', async () => {
    useFakeTimers()
    const pool = startPool()
    await Promise.all([read(pool, 'answers').result, call(pool, 'answers').result])
    await vi.advanceTimersByTimeAsync(40_000)
    const ending = new AbortController()
    const used = [read(pool, 'says nothing', ending.signal), call(pool, 'says nothing', ending.signal)]
    await vi.advanceTimersByTimeAsync(25_000)
    expect(pool.threads()).toBe(2)
    ending.abort()
    await Promise.all(used.map(({ result }) => result))
  })

  it.each([
    ['call', 60_000, 150_000],
    ['call', 2000, 34_000],
    ['read', 60_000, 30_000],
    ['restore', 60_000, 30_000],
  ] as const)('a %s with a timeout of %i ms has %i ms', async (task, timeoutMs, stuckAfterMs) => {
    useFakeTimers()
    const pool = startPool()
    const { result } = starters[task](pool, 'says nothing', undefined, timeoutMs)
    const ended = vi.fn()
    result.catch(ended)
    await vi.advanceTimersByTimeAsync(stuckAfterMs - 1)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await expect(result).rejects.toEqual(
      lost(`the worker thread ended: it was stuck for ${stuckAfterMs / 1000} s`),
    )
    expect(pool.threads()).toBe(0)
  })

  it.each(['answers', 'exits', 'throws', 'is out of memory', 'encodes', 'exits before it has encoded'])(
    'a read that %s releases its timers, listener and place',
    async (behaviour) => {
      useFakeTimers()
      const pool = startPool()
      const { signal } = new AbortController()
      for (let time = 0; time < 2; time += 1) {
        const reading = read(pool, behaviour, signal)
        await Promise.allSettled([reading.result, reading.encoded])
      }
      await vi.waitFor(() => expect(pool.pending()).toBe(0), WAIT_MS)
      expect(getEventListeners(signal, 'abort')).toEqual([])
      // The idle thread has a timer; it is the only one that is left.
      expect(vi.getTimerCount()).toBe(pool.threads())
      await pool.close()
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  it('a task that is aborted releases its timers, listener and place when the thread has ended it', async () => {
    useFakeTimers()
    const pool = startPool()
    const ending = new AbortController()
    const tasks = [call(pool, 'says nothing', ending.signal), read(pool, 'says nothing', ending.signal)]
    expect(pool.pending()).toBe(2)
    ending.abort()
    expect(await Promise.all(tasks.map(({ result }) => result))).toEqual([undefined, undefined])
    expect(getEventListeners(ending.signal, 'abort')).toEqual([])
    await vi.waitFor(() => expect(pool.pending()).toBe(0), WAIT_MS)
    expect(vi.getTimerCount()).toBe(2)
    await pool.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each(['call', 'read', 'restore'] as const)(
    'a %s whose thread cannot start releases everything',
    async (task) => {
      useFakeTimers()
      const pool = startPool({}, CANNOT_START)
      const { signal } = new AbortController()
      await expect(starters[task](pool, 'answers', signal).result).rejects.toEqual(
        lost(expect.stringMatching(/^the worker thread cannot start \(.+\); check the limits/)),
      )
      expect(getEventListeners(signal, 'abort')).toEqual([])
      expect([pool.pending(), pool.threads(), vi.getTimerCount()]).toEqual([0, 0, 0])
    },
  )
})

describe('an abort', () => {
  it('before the task was asked for starts nothing', async () => {
    const pool = startPool()
    const { result, encoded } = read(pool, 'answers', AbortSignal.abort())
    expect(await result).toBeUndefined()
    await expect(encoded).rejects.toBeInstanceOf(WorkerLostError)
    expect([pool.pending(), pool.threads()]).toEqual([0, 0])
  })

  it('of a task that waits for a place takes it out of the queue', async () => {
    const pool = startPool({ readers: 1 })
    const [first, ending] = [new AbortController(), new AbortController()]
    void read(pool, 'says nothing', first.signal)
    const waiting = read(pool, 'answers', ending.signal)
    const behind = read(pool, 'answers')
    expect(pool.pending()).toBe(3)
    ending.abort()
    expect(await waiting.result).toBeUndefined()
    await expect(waiting.encoded).rejects.toBeInstanceOf(WorkerLostError)
    expect(pool.pending()).toBe(2)
    expect(getEventListeners(ending.signal, 'abort')).toEqual([])
    first.abort()
    expect(await behind.result).toMatchObject({ ok: false })
  })

  it('ends one task of a thread, while the others continue', async () => {
    const pool = startPool()
    const ending = new AbortController()
    const [aborted, other] = [call(pool, 'says nothing', ending.signal), call(pool, 'answers late')]
    ending.abort()
    expect(await aborted.result).toBeUndefined()
    expect(await other.result).toMatchObject({ ok: true })
    expect([pool.pending(), pool.threads()]).toEqual([0, 1])
  })

  // The process has 5 s to end, however long a thread may be stuck.
  it.each(['says nothing', 'is stuck'])('does not wait for a thread that %s', async (behaviour) => {
    const pool = startPool()
    const ending = new AbortController()
    const tasks = [call(pool, behaviour, ending.signal), read(pool, behaviour, ending.signal)]
    await threadsAreBusy()
    ending.abort()
    expect(await promptly(Promise.all(tasks.map(({ result }) => result)))).toEqual([undefined, undefined])
  })

  it('after the result has come changes nothing', async () => {
    const pool = startPool()
    const ending = new AbortController()
    const { result } = call(pool, 'answers', ending.signal)
    await result
    ending.abort()
    expect(await result).toMatchObject({ ok: true })
    expect(await call(pool, 'answers').result).toMatchObject({ ok: true })
  })
})

describe('a thread that cannot start', () => {
  it('fails its task, and the next task tries to start one again', async () => {
    const pool = startPool({}, CANNOT_START)
    for (let time = 0; time < 3; time += 1) {
      await expect(call(pool, 'answers').result).rejects.toBeInstanceOf(WorkerLostError)
    }
  })

  it('fails only its task, while running threads continue and serve further tasks', async () => {
    const file = new URL(THREAD)
    const pool = startPool({}, file)
    const running = [call(pool, 'answers late'), read(pool, 'answers late')]
    // No further thread starts from here on, as when the system has none left.
    file.href = CANNOT_START.href
    await expect(read(pool, 'answers').result).rejects.toEqual(
      lost(expect.stringMatching(/^the worker thread cannot start/)),
    )
    expect(await Promise.all(running.map(({ result }) => result))).toMatchObject([
      { ok: true },
      { ok: false },
    ])
    expect(await read(pool, 'answers').result).toMatchObject({ ok: false })
  })

  it('fails tasks that wait for a place one by one, while others of the queue continue', async () => {
    const file = new URL(THREAD)
    const pool = startPool({ readers: 1 }, file)
    void call(pool, 'says nothing')
    const reading = read(pool, 'exits')
    const waiting = [read(pool, 'answers'), restore(pool, 'answers')]
    file.href = CANNOT_START.href
    const results = await Promise.allSettled([reading, ...waiting].map(({ result }) => result))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(pool.pending()).toBe(1)
    file.href = THREAD.href
    expect(await read(pool, 'answers').result).toMatchObject({ ok: false })
  })

  it('leaves nothing to close', async () => {
    const pool = startPool({}, CANNOT_START)
    await call(pool, 'answers').result.catch(() => {})
    await promptly(pool.close())
  })
})

describe('the encoded bytes of a read', () => {
  const order = async (reading: ReturnType<typeof read>) => {
    const seen: string[] = []
    await Promise.allSettled([
      reading.result.then(() => seen.push('result')),
      reading.encoded.then(
        () => seen.push('encoded'),
        () => seen.push('rejected'),
      ),
    ])
    return seen
  }

  it('arrive after the result', async () => {
    const reading = read(startPool(), 'encodes')
    expect(await order(reading)).toEqual(['result', 'encoded'])
    expect(await reading.encoded).toEqual(new Uint8Array([1, 2, 3]))
  })

  it('reject if the thread is lost after the result', async () => {
    const reading = read(startPool(), 'exits before it has encoded')
    expect(await order(reading)).toEqual(['result', 'rejected'])
    await expect(reading.encoded).rejects.toEqual(lost('the worker thread ended: it has exited'))
  })

  it('reject if the thread gets stuck after the result', async () => {
    const reading = read(startPool({ stuckAfterMs: () => 800 }), 'is stuck before it has encoded')
    expect(await order(reading)).toEqual(['result', 'rejected'])
    await expect(reading.encoded).rejects.toEqual(lost('the worker thread ended: it was stuck for 0.8 s'))
  })

  it('reject if the result has none', async () => {
    const reading = read(startPool(), 'answers')
    expect(await order(reading)).toEqual(['result', 'rejected'])
  })

  it('reject if the pool is closed', async () => {
    const pool = startPool()
    const reading = read(pool, 'encodes')
    await reading.result
    await pool.close()
    await expect(reading.encoded).rejects.toEqual(lost('the worker thread ended: it was closed'))
  })

  it('are not an unhandled rejection if they are not waited for', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const pool = startPool()
    await read(pool, 'exits before it has encoded').result
    await read(pool, 'answers').result
    await read(pool, 'exits').result.catch(() => {})
    await read(pool, 'answers', AbortSignal.abort()).result
    await threadsAreBusy()
    await pool.close()
    await read(pool, 'answers').result.catch(() => {})
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('closing', () => {
  it.each(['says nothing', 'is stuck'])('ends threads that have a task that %s', async (behaviour) => {
    const pool = startPool()
    const tasks = [call(pool, behaviour), read(pool, behaviour), restore(pool, behaviour)]
    const results = Promise.allSettled(tasks.map(({ result }) => result))
    await threadsAreBusy()
    await promptly(pool.close())
    expect((await results).map((each) => each.status === 'rejected' && each.reason)).toEqual([
      lost(),
      lost(),
      lost(),
    ])
    expect([pool.pending(), pool.threads()]).toEqual([0, 0])
  })

  it('fails tasks that wait for a place', async () => {
    const pool = startPool({ readers: 1 })
    const { signal } = new AbortController()
    void read(pool, 'says nothing')
    const waiting = read(pool, 'answers', signal)
    const failed = expect(waiting.result).rejects.toEqual(lost())
    await promptly(pool.close())
    await failed
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect([pool.pending(), pool.threads()]).toEqual([0, 0])
  })

  it('refuses tasks from then on', async () => {
    const pool = startPool()
    await pool.close()
    await expect(call(pool, 'answers').result).rejects.toEqual(lost('the workers were closed'))
    expect([pool.pending(), pool.threads()]).toEqual([0, 0])
  })

  it('resolves at once if no thread was started', async () => {
    await promptly(createWorkerPool({ thread: THREAD }).close())
  })

  it('resolves when all threads have exited', async () => {
    const exits: number[] = []
    const watch = (worker: Worker) => worker.once('exit', (code) => exits.push(code))
    process.on('worker', watch)
    onTestFinished(() => void process.off('worker', watch))
    const pool = startPool()
    await Promise.all([call(pool, 'answers').result, read(pool, 'answers').result])
    await pool.close()
    expect(exits).toEqual([1, 1])
  })
})

describe('a stuck thread', () => {
  it('is ended and replaced', async () => {
    const pool = startPool({ stuckAfterMs: () => 800 })
    const worker = nextWorker()
    const reading = read(pool, 'is stuck')
    const exited = once(await worker, 'exit')
    await expect(reading.result).rejects.toEqual(lost('the worker thread ended: it was stuck for 0.8 s'))
    await promptly(exited)
    expect(await read(pool, 'answers').result).toMatchObject({ ok: false })
  })
})

describe('the limits in production', () => {
  it('are 2 readers, 5 s for a slow reader, 60 s for an idle thread', () => {
    const { stuckAfterMs, ...limits } = productionLimits
    expect(limits).toEqual({ readers: 2, slowMs: 5000, idleMs: 60_000 })
  })

  it('are 30 s for a read or restore, and twice the timeout more for a call', () => {
    const { stuckAfterMs } = productionLimits
    expect((['call', 'read', 'restore'] as const).map((task) => stuckAfterMs(task, 60_000))).toEqual([
      150_000, 30_000, 30_000,
    ])
  })

  it('are 512 MB of heap in each thread, 12 MB of it for new objects', async () => {
    const outcome = await call(startPool(), 'states its limits').result
    expect(outcome?.ok === false && JSON.parse(outcome.failure.message)).toMatchObject({
      maxOldGenerationSizeMb: 512,
      maxYoungGenerationSizeMb: 12,
    })
  })
})
