import { getEventListeners } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { createTokenQueue } from '../../src/refresh/token-queue.ts'
import { never } from '../support/helpers.ts'

/** A task that ends when told, and tells when it has begun. */
function aTask() {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let begun = false
  return {
    run: () => {
      begun = true
      return promise
    },
    begun: () => begun,
    end: resolve,
    fail: reject,
  }
}

describe('calls with one token', () => {
  it('wait for each other, in the order in which they came', async () => {
    const queue = createTokenQueue()
    const [first, second, third] = [aTask(), aTask(), aTask()]
    const results = Promise.all([first, second, third].map(({ run }) => queue.run('token', never, run)))
    await turn()
    expect([first.begun(), second.begun(), third.begun()]).toEqual([true, false, false])
    first.end('a')
    await turn()
    expect([second.begun(), third.begun()]).toEqual([true, false])
    second.end('b')
    await turn()
    expect(third.begun()).toBe(true)
    third.end('c')
    expect(await results).toEqual(['a', 'b', 'c'])
  })

  it('go on after one that failed', async () => {
    const queue = createTokenQueue()
    const [first, second] = [aTask(), aTask()]
    const failed = queue.run('token', never, first.run)
    const next = queue.run('token', never, second.run)
    first.fail(new Error('broken'))
    await expect(failed).rejects.toThrow('broken')
    second.end('well')
    expect(await next).toBe('well')
  })

  it('that give up waiting let nobody overtake the one under way', async () => {
    const queue = createTokenQueue()
    const giving = new AbortController()
    const [first, second, third] = [aTask(), aTask(), aTask()]
    const one = queue.run('token', never, first.run)
    const two = queue.run('token', giving.signal, second.run)
    const three = queue.run('token', never, third.run)
    giving.abort(new Error('no longer wanted'))
    await expect(two).rejects.toThrow('no longer wanted')
    await turn()
    expect([second.begun(), third.begun()]).toEqual([false, false])
    first.end('a')
    third.end('c')
    expect([await one, await three]).toEqual(['a', 'c'])
  })
})

describe('the queue', () => {
  it('leaves no listener on the signal after 2,000 calls, of which some waited, failed or gave up', async () => {
    const queue = createTokenQueue()
    const { signal } = new AbortController()
    const giving = new AbortController()
    const waiting: Promise<unknown>[] = []
    for (let call = 0; call < 2000; call += 4) {
      waiting.push(
        queue.run('token', signal, turn),
        queue.run('token', signal, () => Promise.reject(new Error('broken'))),
        queue.run(`token ${call}`, signal, turn),
        queue.run('token', giving.signal, turn),
      )
    }
    giving.abort(new Error('no longer wanted'))
    await Promise.allSettled(waiting)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(getEventListeners(giving.signal, 'abort')).toEqual([])
    await vi.waitFor(() => expect(queue.keys()).toBe(0))
  })
})

describe('calls with different tokens', () => {
  it('do not wait for each other', async () => {
    const queue = createTokenQueue()
    const [first, second] = [aTask(), aTask()]
    const results = [queue.run('one', never, first.run), queue.run('other', never, second.run)]
    await turn()
    expect([first.begun(), second.begun()]).toEqual([true, true])
    first.end('a')
    second.end('b')
    expect(await Promise.all(results)).toEqual(['a', 'b'])
  })
})
