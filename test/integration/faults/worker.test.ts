import { getEventListeners } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { pino } from 'pino'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp } from '../../../src/server/app.ts'
import { createIsolation, type Isolation, WorkerLost } from '../../../src/worker/isolation.ts'
import { aBody, anOperation, never } from '../../support/helpers.ts'
import { expectPromptAnswers } from './fault-scenario.ts'
import { type Look, look } from './page.ts'

const THREAD = new URL('./threads/scripted-worker.ts', import.meta.url)

// As long as a thread that does its work may ever need here; a stuck one costs a test so much.
const PATIENCE_MS = 800

function startIsolation(patienceMs = PATIENCE_MS): Isolation {
  const isolation = createIsolation(false, THREAD, () => patienceMs)
  onTestFinished(() => isolation.close())
  return isolation
}

/** What comes of an attempt by the thread that does what it is told. */
const attempt = ({ attempt }: Isolation, behaviour: string, signal = never) =>
  attempt(anOperation({ name: behaviour }), signal)

const failed = (reason: string, message: unknown = expect.any(String)) =>
  expect.objectContaining({ ok: false, failure: { reason, message } })

const answered = failed('http_error', 'it answered')

const losses = [
  ['exits', 'internal', 'the worker ended: it has exited'],
  ['throws', 'internal', 'the worker ended: a fault of the thread'],
  ['rejects later', 'internal', 'the worker ended: a fault that nobody caught'],
  ['is stuck', 'internal', 'the worker ended: it was stuck for 0.8 s'],
  ['says nothing', 'internal', 'the worker ended: it was stuck for 0.8 s'],
  ['is out of memory', 'too_large', 'the answer took more memory than it may'],
] as const

/** Looks at a page of the same process every 20 ms until the work has ended. */
async function lookWhile(work: Promise<unknown>): Promise<Look[]> {
  const app = createApp({
    telemetryPath: '/metrics',
    renderMetrics: async () => aBody('wolkvox_up 0\n'),
    isReady: () => true,
    landingPage: () => ({ version: '1', telemetryPath: '/metrics', operations: [] }),
    log: pino({ level: 'silent' }),
  })
  onTestFinished(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const looks: Look[] = []
  let working = true
  const ended = work.finally(() => {
    working = false
  })
  while (working) {
    looks.push(await look(url))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await ended
  return looks
}

describe.each(losses)('a worker that %s', (behaviour, reason, message) => {
  it(`fails the refresh as ${reason}, while the serving thread keeps answering, and is replaced`, async () => {
    const isolation = startIsolation()
    expect(await attempt(isolation, 'answers')).toEqual(answered)
    const losing = attempt(isolation, behaviour)
    const looks = await lookWhile(losing)
    expect(await losing).toEqual(failed(reason, message))
    expectPromptAnswers(looks)
    expect(await attempt(isolation, 'answers')).toEqual(answered)
  })

  it('fails what other operations have under way, and leaves none of it hanging', async () => {
    const isolation = startIsolation()
    const waiting = [attempt(isolation, 'says nothing'), attempt(isolation, 'says nothing')]
    const keeping = isolation.encode(anOperation({ name: 'says nothing' }))
    const losing = attempt(isolation, behaviour)
    await expect(keeping).rejects.toThrow(WorkerLost)
    const lost = expect.objectContaining({ ok: false, failure: { reason, message: expect.any(String) } })
    expect(await Promise.all([...waiting, losing])).toEqual([lost, lost, lost])
    expect(await attempt(isolation, 'answers')).toEqual(answered)
  })
})

describe('a worker that is lost again and again', () => {
  it('is replaced each time', async () => {
    const isolation = startIsolation()
    for (let time = 0; time < 5; time += 1) {
      expect(await attempt(isolation, 'exits')).toEqual(failed('internal'))
    }
    expect(await attempt(isolation, 'answers')).toEqual(answered)
  })
})

describe('the limits of a worker in production', () => {
  it('are 512 MB of heap, 12 MB of it for what is young', async () => {
    const isolation = createIsolation(false, THREAD)
    onTestFinished(() => isolation.close())
    const outcome = await attempt(isolation, 'states its limits')
    expect(outcome.ok === false && JSON.parse(outcome.failure.message)).toMatchObject({
      maxOldGenerationSizeMb: 512,
      maxYoungGenerationSizeMb: 12,
    })
  })

  it('are twice the timeout of a call and 30 s for each task', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const isolation = createIsolation(false, THREAD)
    onTestFinished(() => isolation.close())
    const ended = vi.fn()
    const losing = isolation.attempt(anOperation({ name: 'says nothing', timeoutMs: 60_000 }), never)
    void losing.then(ended)
    await vi.advanceTimersByTimeAsync(149_999)
    expect(ended).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await losing).toEqual(failed('internal', 'the worker ended: it was stuck for 150 s'))
  })
})

describe('what a task takes', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
  })

  it.each(['answers', 'exits', 'throws', 'is out of memory'])(
    'is given back when the worker %s: its timer, its listener, its place',
    async (behaviour) => {
      const isolation = startIsolation(20_000)
      const { signal } = new AbortController()
      await attempt(isolation, 'answers')
      for (let time = 0; time < 5; time += 1) await attempt(isolation, behaviour, signal)
      expect(getEventListeners(signal, 'abort')).toEqual([])
      expect(isolation.pending()).toBe(0)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  it('is given back when the task is ended early', async () => {
    const isolation = startIsolation(20_000)
    const ending = new AbortController()
    const losing = attempt(isolation, 'says nothing', ending.signal)
    expect(isolation.pending()).toBe(1)
    ending.abort(new Error('the process ends'))
    await expect(losing).rejects.toThrow('the process ends')
    expect(getEventListeners(ending.signal, 'abort')).toEqual([])
    expect(isolation.pending()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is given back when the worker cannot start', async () => {
    const isolation = createIsolation(false, new URL('https://localhost/thread.js'))
    const { signal } = new AbortController()
    await attempt(isolation, 'answers', signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(isolation.pending()).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a worker that cannot start', () => {
  // Worker throws for an address that is no file, as it does when the system has no thread left.
  const isolation = createIsolation(false, new URL('https://localhost/thread.js'))

  it('fails each refresh as internal, and is tried again with the next', async () => {
    for (let time = 0; time < 3; time += 1) {
      expect(await attempt(isolation, 'answers')).toEqual(
        failed('internal', expect.stringMatching(/^the worker cannot start \(.+\); check the limits/)),
      )
    }
  })

  it('fails what is to be encoded or restored as lost, and leaves nothing to close', async () => {
    await expect(isolation.encode(anOperation())).rejects.toThrow(WorkerLost)
    await expect(isolation.restore(anOperation(), new Uint8Array())).rejects.toThrow(WorkerLost)
    await promptly(isolation.close())
  })
})

/** Fails the test long before its own time is over. */
async function promptly<T>(promise: Promise<T>, withinMs = 1000): Promise<T> {
  const tooLate = Promise.withResolvers<never>()
  const timer = setTimeout(() => tooLate.reject(new Error(`it took longer than ${withinMs} ms`)), withinMs)
  return Promise.race([promise, tooLate.promise]).finally(() => clearTimeout(timer))
}

describe('ending a call', () => {
  // The process is to end within 5 s, however long a worker may be stuck.
  it.each(['says nothing', 'is stuck'])('is prompt where the worker %s', async (behaviour) => {
    const isolation = startIsolation(20_000)
    const ending = new AbortController()
    const losing = attempt(isolation, behaviour, ending.signal)
    setTimeout(() => ending.abort(new Error('the process ends')), 200)
    await expect(promptly(losing)).rejects.toThrow('the process ends')
  })
})

describe('closing', () => {
  it.each(['says nothing', 'is stuck'])('ends a worker that %s', async (behaviour) => {
    const isolation = createIsolation(false, THREAD, () => 20_000)
    const losing = attempt(isolation, behaviour)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await promptly(isolation.close())
    expect(await promptly(losing)).toEqual(failed('internal'))
  })

  it('fails what is to be kept', async () => {
    const isolation = createIsolation(false, THREAD, () => 20_000)
    const keeping = isolation.encode(anOperation({ name: 'says nothing' }))
    const lost = expect(promptly(keeping)).rejects.toThrow(WorkerLost)
    await isolation.close()
    await lost
  })

  it('is nothing where nothing was ever asked', async () => {
    await promptly(createIsolation(false, THREAD).close())
  })
})

describe('a worker that is stuck', () => {
  // What keeps this process's loop alive: each thread has a port of its own there.
  const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length

  it('is gone when closing has ended', async () => {
    const exits: number[] = []
    const watch = (worker: Worker) => worker.once('exit', (code) => exits.push(code))
    process.once('worker', watch)
    const isolation = createIsolation(false, THREAD)
    await attempt(isolation, 'answers')
    await isolation.close()
    expect(exits).toEqual([1])
  })

  it('is ended, not only given up', async () => {
    const before = threads()
    const isolation = startIsolation()
    await attempt(isolation, 'is stuck')
    await vi.waitFor(() => expect(threads()).toBe(before))
  })
})
