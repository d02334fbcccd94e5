import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createCallQueue } from '../../src/scheduling/call-queue.ts'
import { never } from '../../tools/fixtures.ts'

/** A queue whose tasks end when the test says so. */
function aQueue() {
  const queue = createCallQueue()
  const started: string[] = []
  const ends = new Map<string, () => void>()

  function enter(name: string, priority: number, signal = never): Promise<string> {
    return queue.run(priority, signal, async () => {
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
    const aborted = enter('aborted', 0, stopping.signal)
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
    const aborted = enter('aborted', 0, stopping.signal)
    void enter('next', 0)
    const rejected = expect(aborted).rejects.toThrow('too late')
    await end('running')
    await rejected
    expect(started).toEqual(['running', 'next'])
    await end('next')
  })

  it('run after one that failed', async () => {
    const { queue, started, enter, end } = aQueue()
    const failed = queue.run(0, never, () => Promise.reject(new Error('broken')))
    void enter('next', 0)
    await expect(failed).rejects.toThrow('broken')
    await settle()
    expect(started).toEqual(['next'])
    await end('next')
  })
})

it('a task whose signal is already aborted does not run', async () => {
  const { queue } = aQueue()
  const stopped = AbortSignal.abort(new Error('stopped'))
  await expect(queue.run(0, stopped, async () => {})).rejects.toThrow('stopped')
})
