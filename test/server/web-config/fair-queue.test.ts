import { describe, expect, it } from 'vitest'
import { createFairQueue } from '../../../src/server/web-config/fair-queue.ts'

const connected = () => true

/** A queue whose first task waits for `go`. */
function aBlockedQueue(...limits: readonly number[]) {
  const queue = createFairQueue((client) => client.startsWith('suspect'), ...limits)
  const order: string[] = []
  const { promise: gate, resolve: go } = Promise.withResolvers<void>()
  void queue.run('blocking', connected, () => gate)
  const add = (client: string, isClientConnected = connected) =>
    queue.run(client, isClientConnected, async () => {
      order.push(client)
      return client
    })
  return { add, order, go, queue }
}

describe('a fair queue', () => {
  it('lets clients take turns, also if one asks more often', async () => {
    const { add, order, go } = aBlockedQueue()
    const all = ['greedy', 'greedy', 'greedy', 'greedy', 'a', 'b', 'a'].map((client) => add(client))
    go()
    await Promise.all(all)
    expect(order).toEqual(['greedy', 'a', 'b', 'greedy', 'a', 'greedy', 'greedy'])
  })

  it('runs one task at a time', async () => {
    const queue = createFairQueue(() => false)
    let [running, most] = [0, 0]
    const task = async () => {
      most = Math.max(most, ++running)
      await new Promise(setImmediate)
      running -= 1
    }
    await Promise.all(['a', 'a', 'b'].map((client) => queue.run(client, connected, task)))
    expect(most).toBe(1)
  })

  it('refuses a client that has too many waiting', async () => {
    const { add, go } = aBlockedQueue(2)
    const results = [add('a'), add('a'), add('a'), add('b')]
    go()
    expect(await Promise.all(results)).toEqual(['a', 'a', undefined, 'b'])
  })

  it('makes room for a new client at the cost of the greediest', async () => {
    const { add, go } = aBlockedQueue(8, 4)
    const results = [add('a'), add('b'), add('b'), add('b'), add('c'), add('b')]
    go()
    expect(await Promise.all(results)).toEqual(['a', 'b', 'b', undefined, 'c', undefined])
  })

  it('is full when every client has one task', async () => {
    const { add, go } = aBlockedQueue(8, 2)
    const results = [add('a'), add('b'), add('c')]
    go()
    expect(await Promise.all(results)).toEqual(['a', 'b', undefined])
  })

  it('serves suspects last, in turns', async () => {
    const { add, order, go } = aBlockedQueue()
    const all = ['suspect 1', 'suspect 1', 'suspect 2', 'a', 'b', 'a'].map((client) => add(client))
    go()
    await Promise.all(all)
    expect(order).toEqual(['a', 'b', 'a', 'suspect 1', 'suspect 2', 'suspect 1'])
  })

  it('makes room for a client at the cost of a suspect, and not the other way round', async () => {
    const { add, go } = aBlockedQueue(8, 2)
    const results = [add('suspect 1'), add('suspect 2'), add('a'), add('b'), add('suspect 3'), add('c')]
    go()
    expect(await Promise.all(results)).toEqual([undefined, undefined, 'a', 'b', undefined, undefined])
  })

  it('skips tasks whose client has disconnected', async () => {
    const { add, order, go } = aBlockedQueue()
    const results = [add('a', () => false), add('b')]
    go()
    expect(await Promise.all(results)).toEqual([undefined, 'b'])
    expect(order).toEqual(['b'])
  })

  it('continues after a task that fails', async () => {
    const { queue, add, go } = aBlockedQueue()
    const failing = queue.run('a', connected, () => Promise.reject(new Error('broken')))
    const next = add('b')
    go()
    await expect(failing).rejects.toThrow('broken')
    expect(await next).toBe('b')
  })
})
