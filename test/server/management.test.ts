import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { makeApp } from './make-app.ts'

// libuv's default, which the exporter does not change.
const POOL_THREADS = 4

/** Makes file operations hang, each on a thread of the pool. @returns a function that ends them */
function hangFileOperations(count: number): () => Promise<unknown> {
  const pipe = join(temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [pipe])
  const opening = Array.from({ length: count }, () => open(pipe, 'r'))
  return async () => {
    const writer = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)
    await Promise.all(opening.map(async (each) => (await each).close()))
    closeSync(writer)
  }
}

/** Active resources, except those that end with the turn of the event loop. */
const inFlight = () => process.getActiveResourcesInfo().filter((name) => name !== 'Immediate')

describe('/-/healthy', () => {
  it('is 503 while hung file operations block all threads, although the event loop runs, and 200 afterwards', async () => {
    const { app } = makeApp()
    const health = () => app.inject('/-/healthy')
    expect((await health()).statusCode).toBe(200)
    const release = hangFileOperations(POOL_THREADS)
    const { statusCode, body } = await health()
    expect([statusCode, body]).toEqual([
      503,
      'wolkvox-exporter cannot serve metrics: hung file operations block all threads; restart it.\n',
    ])
    await release()
    await vi.waitFor(async () => expect((await health()).statusCode).toBe(200))
  })

  it('is 200 while one thread is free', async () => {
    const { app } = makeApp()
    const release = hangFileOperations(POOL_THREADS - 1)
    onTestFinished(async () => void (await release()))
    expect((await app.inject('/-/healthy')).statusCode).toBe(200)
  })

  it('responds immediately and uses no thread of the blocked pool, also for many requests', async () => {
    const { app } = makeApp()
    const release = hangFileOperations(POOL_THREADS)
    onTestFinished(async () => void (await release()))
    await app.inject('/-/healthy')
    const busy = inFlight()
    const from = performance.now()
    for (let times = 0; times < 100; times += 1) {
      expect((await app.inject('/-/healthy')).statusCode).toBe(503)
    }
    expect(performance.now() - from).toBeLessThan(1000)
    expect(inFlight()).toEqual(busy)
  })
})

describe('/-/reload', () => {
  const post = async (reload?: () => Promise<readonly string[]>) => {
    const { app } = makeApp({ reload })
    const { statusCode, headers, body } = await app.inject({ method: 'POST', url: '/-/reload' })
    return [statusCode, headers['content-type'], body]
  }

  it('is forbidden unless it is enabled', async () => {
    expect(await post()).toMatchObject([
      403,
      'text/plain',
      expect.stringMatching(/^reloading is not allowed; .*\n$/),
    ])
  })

  it('is 200 with a short text', async () => {
    expect(await post(async () => [])).toEqual([200, 'text/plain', 'configuration reloaded\n'])
  })

  it('is 500 with every problem on a line, without secrets', async () => {
    const secret = new Secret('test-secret-text')
    expect(await post(async () => ['one', `two ${secret.reveal()}`])).toEqual([
      ...[500, 'text/plain; charset=utf-8'],
      'one\ntwo [secret]\n',
    ])
  })

  it('accepts only POST', async () => {
    const reload = async () => expect.fail('must not be called')
    const { app } = makeApp({ reload })
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE'] as const) {
      const { statusCode, headers } = await app.inject({ method, url: '/-/reload' })
      expect([statusCode, headers.allow]).toEqual([405, 'POST'])
    }
  })
})
