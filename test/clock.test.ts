import { getEventListeners } from 'node:events'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { abortable, delay, delayUntil, endsWithin, now, whenAborted } from '../src/clock.ts'
import { onTestFinished } from './support/on-test-finished.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
})

/** Waiting has left no listener and no timer. */
function expectNothingLeft(signal: AbortSignal): void {
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
}

describe('a delay', () => {
  it('ends when its time is over, and leaves no timer and no listener', async () => {
    const { signal } = new AbortController()
    const ended = vi.fn()
    const waiting = delay(1000, signal).then(ended)
    await vi.advanceTimersByTimeAsync(999)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await waiting
    expectNothingLeft(signal)
  })

  it('ends early when its signal is aborted, and leaves no timer and no listener', async () => {
    const ending = new AbortController()
    const waiting = delay(1000, ending.signal)
    ending.abort()
    await waiting
    expectNothingLeft(ending.signal)
  })

  it('does not begin if its signal was aborted before', async () => {
    await delay(1000, AbortSignal.abort())
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('work with a time limit', () => {
  it('ends in time, or does not, and leaves no timer', async () => {
    expect(await endsWithin(1000, Promise.resolve())).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    const late = endsWithin(1000, new Promise(() => {}))
    await vi.advanceTimersByTimeAsync(1000)
    expect(await late).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects with the error of the work, and leaves no timer', async () => {
    await expect(endsWithin(1000, Promise.reject(new Error('a fault')))).rejects.toThrow('a fault')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('abortable work', () => {
  it('returns the result or rejects with the error of the work, and leaves no listener', async () => {
    const { signal } = new AbortController()
    expect(await abortable(Promise.resolve('done'), signal)).toBe('done')
    await expect(abortable(Promise.reject(new Error('a fault')), signal)).rejects.toThrow('a fault')
    expectNothingLeft(signal)
  })

  it('rejects with the reason of the signal, before or while it waits', async () => {
    const ending = new AbortController()
    const waiting = abortable(new Promise(() => {}), ending.signal)
    ending.abort(new Error('no longer wanted'))
    await expect(waiting).rejects.toThrow('no longer wanted')
    await expect(abortable(Promise.resolve(), ending.signal)).rejects.toThrow('no longer wanted')
    expectNothingLeft(ending.signal)
  })
})

describe('waiting for a signal', () => {
  it('ends when the signal is aborted, or was aborted before', async () => {
    const ending = new AbortController()
    const waiting = whenAborted(ending.signal)
    ending.abort()
    await waiting
    await whenAborted(ending.signal)
    expectNothingLeft(ending.signal)
  })
})

describe('now', () => {
  it('is the same instant on the wall clock and on a clock that cannot be set', () => {
    vi.useFakeTimers({ now: Date.parse('2026-03-10T17:00:00Z') })
    const before = now()
    vi.advanceTimersByTime(1000)
    vi.setSystemTime('2026-03-10T16:00:00Z')
    const after = now()
    expect(after.wallMs).toBe(Date.parse('2026-03-10T16:00:00Z'))
    expect(after.monotonicMs - before.monotonicMs).toBe(1000)
  })
})

describe('a delay until a moment', () => {
  it('goes on when its timer ends early', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
    const { signal } = new AbortController()
    const ended = vi.fn()
    const waiting = delayUntil(1010.2, signal).then(ended)
    clock.mockReturnValue(1009.7)
    await vi.advanceTimersByTimeAsync(11)
    expect(ended).not.toHaveBeenCalled()
    clock.mockReturnValue(1010.2)
    await vi.advanceTimersByTimeAsync(1)
    await waiting
    expectNothingLeft(signal)
    clock.mockRestore()
  })

  it('is over at once when the moment has passed, or the signal is aborted', async () => {
    await delayUntil(performance.now() - 1, new AbortController().signal)
    await delayUntil(performance.now() + 1000, AbortSignal.abort())
    expect(vi.getTimerCount()).toBe(0)
  })
})
