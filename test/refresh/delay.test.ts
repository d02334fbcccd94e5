import { getEventListeners } from 'node:events'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { abortable, whenAborted } from '../../src/refresh/aborted.ts'
import { delay, delayUntil, endsWithin } from '../../src/refresh/delay.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
})

/** Nothing is left of what waiting takes. */
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

  it('does not begin with a signal that was aborted before', async () => {
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

  it('passes on its error, and leaves no timer', async () => {
    await expect(endsWithin(1000, Promise.reject(new Error('a fault')))).rejects.toThrow('a fault')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('abortable work', () => {
  it('gives its result, or its error, and leaves no listener', async () => {
    const { signal } = new AbortController()
    expect(await abortable(Promise.resolve('done'), signal)).toBe('done')
    await expect(abortable(Promise.reject(new Error('a fault')), signal)).rejects.toThrow('a fault')
    expectNothingLeft(signal)
  })

  it('is given up with the reason of the signal, before or while it waits', async () => {
    const ending = new AbortController()
    const waiting = abortable(new Promise(() => {}), ending.signal)
    ending.abort(new Error('no longer wanted'))
    await expect(waiting).rejects.toThrow('no longer wanted')
    await expect(abortable(Promise.resolve(), ending.signal)).rejects.toThrow('no longer wanted')
    expectNothingLeft(ending.signal)
  })
})

describe('waiting for a signal', () => {
  it('ends when the signal is aborted, or was before', async () => {
    const ending = new AbortController()
    const waiting = whenAborted(ending.signal)
    ending.abort()
    await waiting
    await whenAborted(ending.signal)
    expectNothingLeft(ending.signal)
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
