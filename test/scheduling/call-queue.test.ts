import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCallQueue } from '../../src/scheduling/call-queue.ts'
import { never } from '../../tools/fixtures.ts'
import fc from '../support/fast-check.ts'

/** A queue whose tasks end when the test says so. */
function aQueue() {
  const queue = createCallQueue()
  const started: string[] = []
  const ends = new Map<string, () => void>()

  function enter(
    name: string,
    priority: number,
    { signal = never, maxWaitMs = Number.POSITIVE_INFINITY } = {},
  ): Promise<string> {
    return queue.run({ priority, maxWaitMs, signal }, async () => {
      started.push(name)
      const { promise, resolve } = Promise.withResolvers<void>()
      ends.set(name, resolve)
      await promise
      return name
    })
  }

  async function end(name: string): Promise<void> {
    ends.get(name)?.()
    await settle()
  }

  return { queue, started, enter, end }
}

/** Lets everything run that waits for no timer. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('tasks that wait', () => {
  it('run one at a time: the lowest number first, then the one that came first', async () => {
    const { started, enter, end } = aQueue()
    const results = Promise.all([
      enter('running', 5),
      enter('low', 6),
      enter('middle, first', 2),
      enter('middle, second', 2),
      enter('high', 0),
    ])
    for (const [index, name] of ['running', 'high', 'middle, first', 'middle, second', 'low'].entries()) {
      expect(started).toHaveLength(index + 1)
      expect(started[index]).toBe(name)
      await end(name)
    }
    expect(await results).toEqual(['running', 'low', 'middle, first', 'middle, second', 'high'])
  })

  it('have their turn although more important ones come again and again while the queue is short', async () => {
    const { started, enter, end } = aQueue()
    void enter('high 1', 0)
    void enter('low', 1)
    await end('high 1')
    void enter('high 2', 0)
    await end('low')
    expect(started).toEqual(['high 1', 'low', 'high 2'])
    await end('high 2')
  })

  it('leave the queue when they are aborted, and let nothing overtake', async () => {
    const { started, enter, end } = aQueue()
    const stopping = new AbortController()
    void enter('running', 1)
    const aborted = enter('aborted', 0, { signal: stopping.signal })
    void enter('next', 1)
    stopping.abort(new Error('no longer wanted'))
    await expect(aborted).rejects.toThrow('no longer wanted')
    expect(started).toEqual(['running'])
    await end('running')
    expect(started).toEqual(['running', 'next'])
    expect(getEventListeners(stopping.signal, 'abort')).toEqual([])
    await end('next')
  })

  it('pass the turn on if they are aborted in the moment in which they get it', async () => {
    const { started, enter, end } = aQueue()
    const stopping = new AbortController()
    // The queue has chosen the next one by then, but its task has not started.
    void enter('running', 0).then(() => stopping.abort(new Error('too late')))
    const aborted = enter('aborted', 0, { signal: stopping.signal })
    void enter('next', 0)
    const rejected = expect(aborted).rejects.toThrow('too late')
    await end('running')
    await rejected
    expect(started).toEqual(['running', 'next'])
    await end('next')
  })

  it('run after one that failed', async () => {
    const { queue, started, enter, end } = aQueue()
    const failed = queue.run({ priority: 0, maxWaitMs: 0, signal: never }, () =>
      Promise.reject(new Error('broken')),
    )
    void enter('next', 0)
    await expect(failed).rejects.toThrow('broken')
    await settle()
    expect(started).toEqual(['next'])
    await end('next')
  })
})

describe('a task that has waited for longer than its limit', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('goes before more important ones, and only then', async () => {
    const { started, enter, end } = aQueue()
    void enter('high 1', 0)
    void enter('low', 2, { maxWaitMs: 100 })
    void enter('high 2', 0)
    void enter('high 3', 0)
    vi.advanceTimersByTime(99)
    await end('high 1')
    vi.advanceTimersByTime(1)
    await end('high 2')
    await end('low')
    expect(started).toEqual(['high 1', 'high 2', 'low', 'high 3'])
    await end('high 3')
  })

  it('does not make the most important one wait for a second less important task', async () => {
    const { started, enter, end } = aQueue()
    void enter('low 1', 2, { maxWaitMs: 0 })
    void enter('low 2', 2, { maxWaitMs: 0 })
    void enter('low 3', 1, { maxWaitMs: 0 })
    void enter('high', 0, { maxWaitMs: 1000 })
    await end('low 1')
    expect(started).toEqual(['low 1', 'high'])
    void enter('high of another operation', 0, { maxWaitMs: 1000 })
    await end('high')
    await end('low 3')
    expect(started).toEqual(['low 1', 'high', 'low 3', 'high of another operation'])
    await end('high of another operation')
    await end('low 2')
  })

  it('goes after one that is overdue for longer', async () => {
    const { started, enter, end } = aQueue()
    void enter('running', 0)
    void enter('due later', 1, { maxWaitMs: 20 })
    void enter('due first', 2, { maxWaitMs: 10 })
    vi.advanceTimersByTime(50)
    await end('running')
    await end('due first')
    expect(started).toEqual(['running', 'due first', 'due later'])
    await end('due later')
  })
})

describe('tasks of any sources', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Each task of a source comes some time after the one before has ended. */
  const source = fc.record({
    priority: fc.integer({ min: 0, max: 4 }),
    takesMs: fc.integer({ min: 1, max: 60 }),
    pauseMs: fc.integer({ min: 1, max: 30 }),
    maxWaitMs: fc.integer({ min: 1, max: 300 }),
  })

  it('have their turn in bounded time, and the most important ones wait for one less important task at most', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(source, { minLength: 2, maxLength: 10 }), async (sources) => {
        const queue = createCallQueue()
        const stopping = new AbortController()
        const { signal } = stopping
        const highest = Math.min(...sources.map(({ priority }) => priority))
        const ended: { readonly priority: number; readonly startedAt: number; readonly endedAt: number }[] =
          []
        let mostAfterLimit = 0
        let mostLessImportant = 0
        const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

        async function produce({ priority, takesMs, pauseMs, maxWaitMs }: (typeof sources)[number]) {
          while (!signal.aborted) {
            await sleep(pauseMs)
            const since = performance.now()
            const noteWait = () => {
              const afterLimit = ended.filter((other) => other.startedAt >= since + maxWaitMs)
              mostAfterLimit = Math.max(mostAfterLimit, afterLimit.length)
            }
            // Of a task that waits until the end, no start tells of its wait.
            signal.addEventListener('abort', noteWait)
            await queue.run({ priority, maxWaitMs, signal }, async () => {
              noteWait()
              signal.removeEventListener('abort', noteWait)
              const startedAt = performance.now()
              const lessImportant = ended.filter(
                (other) => other.endedAt > since && other.priority > priority,
              )
              if (priority === highest) mostLessImportant = Math.max(mostLessImportant, lessImportant.length)
              await sleep(takesMs)
              ended.push({ priority, startedAt, endedAt: performance.now() })
            })
          }
        }

        const producers = Promise.allSettled(sources.map(produce))
        await vi.advanceTimersByTimeAsync(5000)
        stopping.abort(new Error('enough'))
        await vi.runAllTimersAsync()
        await producers
        expect(mostLessImportant).toBeLessThanOrEqual(1)
        // Each of the others goes first at most once for each time that the most important ones go before it.
        expect(mostAfterLimit).toBeLessThanOrEqual(sources.length ** 2)
      }),
      { numRuns: 100 },
    )
  })
})

it('a task whose signal is already aborted does not run', async () => {
  const { queue } = aQueue()
  const stopped = AbortSignal.abort(new Error('stopped'))
  await expect(queue.run({ priority: 0, maxWaitMs: 0, signal: stopped }, async () => {})).rejects.toThrow(
    'stopped',
  )
})
