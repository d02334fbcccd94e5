import { describe, expect, it } from 'vitest'
import { EventQueue, FifoQueue } from '../../src/simulator/centre/queues.ts'

describe('the event queue', () => {
  it('runs events in the order of their seconds, then in the order of scheduling', () => {
    const events = new EventQueue()
    const ran: string[] = []
    for (const [second, name] of [
      [5, 'c'] as const,
      [2, 'a'] as const,
      [5, 'd'] as const,
      [3, 'b'] as const,
    ]) {
      events.schedule(second, () => ran.push(`${name}${events.now}`))
    }
    events.runUntil(5)
    expect(ran).toEqual(['a2', 'b3', 'c5', 'd5'])
  })

  it('runs events up to the given second and keeps the later ones', () => {
    const events = new EventQueue()
    const ran: number[] = []
    for (const second of [1, 2, 3]) events.schedule(second, () => ran.push(second))
    events.runUntil(2)
    expect(ran).toEqual([1, 2])
    expect(events.now).toBe(2)
    events.runUntil(9)
    expect(ran).toEqual([1, 2, 3])
  })

  it('runs an event that another event schedules for the same second', () => {
    const events = new EventQueue()
    const ran: string[] = []
    events.schedule(4, () => events.schedule(4, () => ran.push('nested')))
    events.runUntil(4)
    expect(ran).toEqual(['nested'])
  })

  it.each([3, 7.5])('rejects an event at second %d if the time is second 5', (second) => {
    const events = new EventQueue()
    events.runUntil(5)
    expect(() => events.schedule(second, () => {})).toThrow(RangeError)
  })
})

describe('the FIFO queue', () => {
  it('returns many items in the order in which they were added', () => {
    const queue = new FifoQueue<number>()
    for (let item = 0; item < 10_000; item += 1) queue.push(item)
    for (let item = 0; item < 9_000; item += 1) expect(queue.shift()).toBe(item)
    queue.push(10_000)
    expect(queue.peek()).toBe(9_000)
    for (let item = 9_000; item <= 10_000; item += 1) expect(queue.shift()).toBe(item)
    expect(queue.shift()).toBeUndefined()
    expect(queue.peek()).toBeUndefined()
  })

  it('adds items at the front', () => {
    const queue = new FifoQueue<string>()
    queue.push('first')
    queue.push('second')
    const first = queue.shift() ?? ''
    queue.unshift(first)
    queue.unshift('before first')
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([
      'before first',
      'first',
      'second',
      undefined,
    ])
  })
})
