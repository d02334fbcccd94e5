import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../../src/server/app.ts'
import { createWorkerClient, type WorkerClient } from '../../../src/worker/worker-client.ts'
import { createWorkerPool, WorkerLostError } from '../../../src/worker/worker-pool.ts'
import { anOperation, never } from '../../../tools/fixtures.ts'
import { aBody } from '../../support/exposition-texts.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { expectPromptResponses } from './fault-scenario.ts'
import { type Scrape, scrape } from './scrape.ts'

const THREAD = new URL('../../support/scripted-thread.ts', import.meta.url)

// A thread that does its work needs less, its start included, also on a busy machine. A stuck one costs a test this much.
const STUCK_AFTER_MS = 2000

/** A client whose threads behave as described by the name of the operation. */
function startClient({ thread = THREAD, stuckAfterMs = STUCK_AFTER_MS } = {}): WorkerClient {
  const pool = createWorkerPool({ thread, limits: { stuckAfterMs: () => stuckAfterMs } })
  onTestFinished(() => pool.close())
  return createWorkerClient(pool, true)
}

/** The outcome of an attempt by a thread with this behaviour. */
const attempt = async (client: WorkerClient, behaviour: string, signal = never) =>
  (await client.attempt(anOperation({ name: behaviour }), 'agents', signal)).outcome

const failed = (reason: string, message: unknown = expect.any(String)) =>
  expect.objectContaining({ ok: false, failure: { reason, message } })

const answered = failed('http_error', 'it answered')

const losses = [
  ['exits', 'internal', 'the worker thread ended: it has exited'],
  ['throws', 'internal', 'the worker thread ended: a fault of the thread'],
  ['rejects later', 'internal', 'the worker thread ended: an unhandled fault'],
  ['is stuck', 'internal', 'the worker thread ended: it was stuck for 2 s'],
  ['says nothing', 'internal', 'the worker thread ended: it was stuck for 2 s'],
  ['is out of memory', 'too_large', 'reading the response needed more memory than allowed'],
] as const

/** Scrapes a server of the same process every 20 ms until the work has ended. */
async function scrapeWhile(work: Promise<unknown>): Promise<Scrape[]> {
  const app = createApp({
    telemetryPath: '/metrics',
    renderMetrics: async () => aBody('wolkvox_up 0\n'),
    isReady: () => true,
    operations: () => [],
    statusPage: async () => undefined,
    log: pino({ level: 'silent' }),
  })
  onTestFinished(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const scrapes: Scrape[] = []
  let working = true
  const ended = work.finally(() => {
    working = false
  })
  while (working) {
    scrapes.push(await scrape(url))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await ended
  return scrapes
}

describe.each(losses)('a thread that %s', (behaviour, reason, message) => {
  it(`fails the refresh as ${reason}, while the serving thread keeps responding, and is replaced`, async () => {
    const client = startClient()
    expect(await attempt(client, 'read answers')).toEqual(answered)
    const losing = attempt(client, `read ${behaviour}`)
    const scrapes = await scrapeWhile(losing)
    expect(await losing).toEqual(failed(reason, message))
    expectPromptResponses(scrapes)
    expect(await attempt(client, 'read answers')).toEqual(answered)
  })

  it('while it reads, does not affect other operations in flight', async () => {
    const client = startClient({ stuckAfterMs: 60_000 })
    const ending = new AbortController()
    const losing = attempt(client, `read ${behaviour}`, ending.signal)
    const encoding = client.attempt(anOperation({ name: 'read encodes' }), 'agents', never)
    const others = [
      attempt(client, 'call answers late'),
      attempt(client, 'read answers late'),
      attempt(client, 'read answers'),
    ]
    expect(await Promise.all(others)).toEqual([answered, answered, answered])
    expect(await (await encoding).encoded).toEqual(new Uint8Array([1, 2, 3]))
    const restored = await client.restore(anOperation(), 'agents', new Uint8Array([1]))
    expect(restored.problem).toBe('it answered')
    ending.abort()
    await losing.catch(() => {})
  })

  it('while it sends requests, fails all requests of that thread without leaving one pending', async () => {
    const client = startClient()
    const calls = ['says nothing', 'says nothing', behaviour].map((each) => attempt(client, `call ${each}`))
    const reading = client.restore(
      anOperation({ name: 'restore answers late' }),
      'agents',
      new Uint8Array([1]),
    )
    const lost = failed(reason)
    expect(await Promise.all(calls)).toEqual([lost, lost, lost])
    expect((await reading).problem).toBe('it answered')
    expect(await attempt(client, 'call answers')).toEqual(answered)
  })
})

describe('a thread that is lost repeatedly', () => {
  it('is replaced each time', async () => {
    const client = startClient()
    for (let time = 0; time < 5; time += 1) {
      expect(await attempt(client, 'read exits')).toEqual(failed('internal'))
    }
    expect(await attempt(client, 'read answers')).toEqual(answered)
  })
})

describe('a thread that cannot start', () => {
  // Worker throws for a URL that is not a file, like when the system has no threads left.
  const thread = new URL('https://localhost/thread.js')

  it('fails each refresh as internal, and the next refresh retries', async () => {
    const client = startClient({ thread })
    for (let time = 0; time < 3; time += 1) {
      expect(await attempt(client, 'read answers')).toEqual(
        failed('internal', expect.stringMatching(/^the worker thread cannot start \(.+\); check the limits/)),
      )
    }
  })

  it('fails to restore data', async () => {
    const restored = startClient({ thread }).restore(anOperation(), 'agents', new Uint8Array())
    await expect(restored).rejects.toBeInstanceOf(WorkerLostError)
  })
})
