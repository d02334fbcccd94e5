import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { createWorkerClient } from '../../../src/worker/worker-client.ts'
import { createWorkerPool, WorkerLostError } from '../../../src/worker/worker-pool.ts'
import { anEnvelope, anOperation, aRecord, never } from '../../../tools/fixtures.ts'
import { textOfSegments } from '../../support/exposition-texts.ts'
import { answerWith, listenOnLoopback, serveHttp } from '../../support/loopback-server.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'

const SCRIPTED = new URL('../../support/scripted-thread.ts', import.meta.url)

/** A client of real worker threads, or of threads that behave as the operation's name says. */
function startClient({ thread, storesSnapshots = false }: { thread?: URL; storesSnapshots?: boolean } = {}) {
  const pool = createWorkerPool(thread === undefined ? {} : { thread })
  onTestFinished(() => pool.close())
  return { pool, ...createWorkerClient(pool, storesSnapshots) }
}

const scripted = { thread: SCRIPTED, storesSnapshots: true }

describe('an attempt', () => {
  it('goes from the request to finished bytes', async () => {
    const baseUrl = await serveHttp(answerWith(anEnvelope([aRecord()])))
    const { attempt } = startClient()
    const { outcome, encoded } = await attempt(anOperation({ baseUrl }), 'agents', never)
    expect(outcome).toMatchObject({ ok: true, rendered: { report: 'agents', records: 1, rows: 1 } })
    expect(textOfSegments(outcome.ok ? outcome.rendered.segments : [])).toContain('agent_id="1001"')
    expect(encoded).toBeUndefined()
  })

  it.each([
    ['is good', 200, anEnvelope([aRecord()])],
    ['is refused', 403, '{"code":403,"msg":"PLEASE VALIDATE TOKEN"}'],
    ['is no report', 200, 'no JSON'],
  ])('says what came if the response %s', async (_, status, body) => {
    const { attempt } = startClient()
    const operation = anOperation({ baseUrl: await serveHttp(answerWith(body, status)) })
    const { outcome } = await attempt(operation, 'agents', never)
    expect(outcome.received).toEqual({ status, bytes: Buffer.byteLength(body) })
  })

  it('brings the bytes to store later than the outcome, and they restore the same data', async () => {
    const baseUrl = await serveHttp(answerWith(anEnvelope([aRecord()])))
    const operation = anOperation({ baseUrl })
    const { attempt, restore } = startClient({ storesSnapshots: true })
    const { outcome, encoded } = await attempt(operation, 'agents', never)
    const stored = (await encoded) ?? new Uint8Array()
    expect(await restore(operation, 'agents', stored)).toEqual({
      rendered: outcome.ok && outcome.rendered,
      problem: undefined,
    })
  })

  it.each([
    ['of the response', answerWith('', 503), { reason: 'http_error' }],
    ['of the content', answerWith('no JSON'), { reason: 'malformed' }],
    [
      'and the advice of the server',
      answerWith('', 429, { 'retry-after': '7' }),
      { reason: 'rate_limited', retryAfterMs: 7000 },
    ],
  ])('fails with the reason %s, and has nothing to store', async (_what, handle, failure) => {
    const { attempt } = startClient({ storesSnapshots: true })
    const operation = anOperation({ baseUrl: await serveHttp(handle) })
    expect(await attempt(operation, 'agents', never)).toMatchObject({
      outcome: { ok: false, failure },
      encoded: undefined,
    })
  })

  it('fails with the reason of the call, and reads nothing then', async () => {
    const server = createServer()
    const baseUrl = await listenOnLoopback(server, 'http')
    server.close()
    const { pool, attempt } = startClient({ storesSnapshots: true })
    const run = vi.spyOn(pool, 'run')
    expect(await attempt(anOperation({ baseUrl }), 'agents', never)).toMatchObject({
      outcome: { ok: false, failure: { reason: 'connect' } },
      encoded: undefined,
    })
    expect(run.mock.calls.map(([{ task }]) => task)).toEqual(['call'])
  })

  it('rejects with the reason of the signal if it is aborted, which is not a failure', async () => {
    const server = createServer()
    const baseUrl = await listenOnLoopback(server, 'http')
    const { attempt } = startClient()
    const ending = new AbortController()
    const received = once(server, 'request')
    const attempted = attempt(anOperation({ baseUrl }), 'agents', ending.signal)
    await received
    ending.abort(new Error('the process ends'))
    await expect(attempted).rejects.toThrow('the process ends')
  })

  it.each(['call', 'read'])('rejects with the reason of the signal in its %s', async (task) => {
    const { pool, attempt } = startClient(scripted)
    const run = vi.spyOn(pool, 'run')
    const ending = new AbortController()
    const attempted = attempt(anOperation({ name: `${task} says nothing` }), 'agents', ending.signal)
    await vi.waitUntil(() => run.mock.calls.some(([request]) => request.task === task))
    ending.abort(new Error('the process ends'))
    await expect(attempted).rejects.toThrow('the process ends')
  })

  it('rejects with the reason of a signal that is aborted before, and starts nothing', async () => {
    const { pool, attempt } = startClient(scripted)
    const signal = AbortSignal.abort(new Error('the process ends'))
    await expect(attempt(anOperation(), 'agents', signal)).rejects.toThrow('the process ends')
    expect(pool.threads()).toBe(0)
  })

  it.each([
    ['call exits', 'internal', 'the worker thread ended: it has exited'],
    ['read exits', 'internal', 'the worker thread ended: it has exited'],
    ['read is out of memory', 'too_large', 'reading the response needed more memory than allowed'],
  ])('fails if its thread is lost: %s', async (name, reason, message) => {
    const { attempt } = startClient(scripted)
    expect(await attempt(anOperation({ name }), 'agents', never)).toEqual({
      outcome: { ok: false, failure: { reason, message }, rejections: { records: {}, values: {} } },
      encoded: undefined,
    })
  })

  it('succeeds if its thread is lost while the bytes to store are encoded, and these reject', async () => {
    const { attempt } = startClient(scripted)
    const { outcome, encoded } = await attempt(
      anOperation({ name: 'read exits before it has encoded' }),
      'agents',
      never,
    )
    expect(outcome.ok).toBe(true)
    await expect(encoded).rejects.toBeInstanceOf(WorkerLostError)
  })

  it('fails as internal if the thread ends the task without a result', async () => {
    const { attempt } = startClient(scripted)
    expect(await attempt(anOperation({ name: 'call gives no result' }), 'agents', never)).toMatchObject({
      outcome: { ok: false, failure: { reason: 'internal', message: 'the worker thread gave no result' } },
    })
  })
})

describe('restoring', () => {
  it.each(['exits', 'is out of memory'])('rejects if its thread %s', async (behaviour) => {
    const { restore } = startClient(scripted)
    const restored = restore(anOperation({ name: `restore ${behaviour}` }), 'agents', new Uint8Array([1]))
    await expect(restored).rejects.toBeInstanceOf(WorkerLostError)
  })

  it('rejects if the pool is closed', async () => {
    const { pool, restore } = startClient(scripted)
    await pool.close()
    await expect(restore(anOperation(), 'agents', new Uint8Array([1]))).rejects.toBeInstanceOf(
      WorkerLostError,
    )
  })
})
