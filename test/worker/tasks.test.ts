import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readProxyUrl } from '../../src/config/urls.ts'
import { reportNamed } from '../../src/reports/index.ts'
import type { AnyReport } from '../../src/reports/report.ts'
import { type FromWorker, type TaskRequest, toPlain } from '../../src/worker/protocol.ts'
import { createTaskRunner, read } from '../../src/worker/tasks.ts'
import { anEnvelope, anOperation, aRecord, HASH_KEY } from '../../tools/fixtures.ts'
import { aToken } from '../../tools/report-records.ts'

import { textOfSegments } from '../support/exposition-texts.ts'
import { answerWith, listenOnLoopback, serveHttp } from '../support/loopback-server.ts'

const FETCHED_AT = 1_700_000_000_000

const agents = reportNamed('agents')

const aResponse = (body: string, status = 200) => ({
  status,
  body: Buffer.from(body),
  fetchedAt: FETCHED_AT,
})

/** A runner, with a function that hands it a task and waits for its messages. */
function startRunner() {
  const runner = createTaskRunner()
  const run = async (id: number, request: TaskRequest) => {
    const messages: FromWorker[] = []
    await runner.handle({ id, request }, (message) => messages.push(message))
    return messages
  }
  const abort = (id: number) =>
    runner.handle({ id, abort: true }, () => {
      throw new Error('an abort has no reply')
    })
  return { run, abort, running: runner.running }
}

const target = (overrides: Parameters<typeof anOperation>[0] = {}) => ({
  operation: toPlain(anOperation(overrides)),
  report: 'agents',
})

const readTask = (body: string, encode: boolean): TaskRequest => ({
  task: 'read',
  ...target(),
  response: aResponse(body),
  encode,
})

/** A call whose server gives no response. @returns the request, and when the server has received it */
async function aCallWithoutResponse(): Promise<{ request: TaskRequest; received: Promise<unknown> }> {
  const server = createServer(() => {})
  const received = once(server, 'request')
  const baseUrl = await listenOnLoopback(server, 'http')
  return { request: { task: 'call', ...target({ baseUrl, timeoutMs: 60_000 }) }, received }
}

/** The bytes of a snapshot's file. */
async function encodedSnapshot(): Promise<Uint8Array> {
  const [, message] = await startRunner().run(1, readTask(anEnvelope([aRecord()]), true))
  if (message === undefined || !('encoded' in message)) throw new Error('nothing was encoded')
  return message.encoded
}

describe('the tasks of a worker', () => {
  it('are answered with the id of their request', async () => {
    const { run } = startRunner()
    expect(await run(7, readTask(anEnvelope([]), false))).toMatchObject([
      { id: 7, result: { ok: true }, more: false },
    ])
    expect(await run(8, { task: 'restore', ...target(), stored: new Uint8Array(3) })).toEqual([
      { id: 8, result: { rendered: undefined, problem: expect.any(String) }, more: false },
    ])
    const baseUrl = await serveHttp(answerWith('the body'))
    const [reply] = await run(9, { task: 'call', ...target({ baseUrl }) })
    expect(reply).toMatchObject({ id: 9, result: { ok: true, response: { status: 200 } }, more: false })
  })

  it('are answered without a result if they are aborted', async () => {
    const { run, abort } = startRunner()
    const { request, received } = await aCallWithoutResponse()
    const messages = run(1, request)
    await received
    await abort(1)
    expect(await messages).toEqual([{ id: 1, result: undefined, more: false }])
  })

  it('are aborted one by one', async () => {
    const { run, abort, running } = startRunner()
    const { request } = await aCallWithoutResponse()
    const replies = [1, 2].map((id) => run(id, request))
    await abort(1)
    await replies[0]
    expect(running()).toBe(1)
    await abort(2)
    expect(await replies[1]).toEqual([{ id: 2, result: undefined, more: false }])
  })

  it('are forgotten when they have succeeded, failed or were aborted', async () => {
    const { run, abort, running } = startRunner()
    await run(1, readTask(anEnvelope([]), false))
    expect(running()).toBe(0)
    const { request } = await aCallWithoutResponse()
    const aborted = run(2, request)
    expect(running()).toBe(1)
    await abort(2)
    await aborted
    expect(running()).toBe(0)
    const unknown = { ...readTask(anEnvelope([]), false), report: 'unknown' }
    await expect(run(3, unknown)).rejects.toThrow('no report is named unknown')
    expect(running()).toBe(0)
  })

  it('may be aborted after they have ended', async () => {
    const { run, abort } = startRunner()
    await run(1, readTask(anEnvelope([]), false))
    expect(await abort(1)).toBeUndefined()
  })
})

describe('a call', () => {
  it('returns the response unread, with any status', async () => {
    const baseUrl = await serveHttp(answerWith('no JSON', 503))
    const [reply] = await startRunner().run(1, { task: 'call', ...target({ baseUrl }) })
    expect(reply).toMatchObject({ result: { ok: true, response: { status: 503 } } })
  })

  it('requests the path of its report', async () => {
    const paths: unknown[] = []
    const baseUrl = await serveHttp((request, response) => {
      paths.push(request.url)
      response.end()
    })
    const { run } = startRunner()
    for (const report of ['agents', 'token_info']) {
      await run(1, { task: 'call', operation: target({ baseUrl }).operation, report })
    }
    expect(paths).toEqual(['agents', 'token_info'].map((name) => reportNamed(name).path))
  })

  it('fails with the reason of the client', async () => {
    const server = createServer()
    const baseUrl = await listenOnLoopback(server, 'http')
    server.close()
    const [reply] = await startRunner().run(1, { task: 'call', ...target({ baseUrl }) })
    expect(reply).toMatchObject({ result: { ok: false, failure: { reason: 'connect' } } })
  })
})

describe('the snapshot of a read', () => {
  it('is encoded if it was asked for, after the result was sent', async () => {
    const messages = await startRunner().run(1, readTask(anEnvelope([aRecord()]), true))
    expect(messages).toMatchObject([
      { id: 1, result: { ok: true }, more: true },
      { id: 1, encoded: expect.any(Uint8Array) },
    ])
  })

  it('is of its operation and report alone', async () => {
    const stored = await encodedSnapshot()
    const { run } = startRunner()
    const others = [
      { ...target({ server: '0043' }), problem: 'belongs to another account' },
      { ...target(), report: 'token_info', problem: 'does not have the expected content' },
    ]
    for (const { problem, ...other } of others) {
      const [reply] = await run(1, { task: 'restore', ...other, stored })
      expect(reply).toMatchObject({
        result: { rendered: undefined, problem: expect.stringContaining(problem) },
      })
    }
  })

  it('is not encoded if it was not asked for', async () => {
    const messages = await startRunner().run(1, readTask(anEnvelope([aRecord()]), false))
    expect(messages).toMatchObject([{ id: 1, result: { ok: true }, more: false }])
  })

  it('is not encoded if there is none', async () => {
    const messages = await startRunner().run(1, readTask('no JSON', true))
    expect(messages).toMatchObject([{ id: 1, result: { ok: false }, more: false }])
  })

  it('has no samples of excluded metrics, also when it is restored', async () => {
    const excludedMetrics = ['wolkvox_agent_calls']
    const request = { ...readTask(anEnvelope([aRecord()]), true), ...target({ excludedMetrics }) }
    const { run } = startRunner()
    const messages = await run(1, request)
    const stored = messages.flatMap((message) => ('encoded' in message ? [message.encoded] : []))[0]
    const restored = await run(2, { task: 'restore', ...target(), stored: stored ?? expect.fail() })
    const texts = [...messages, ...restored].flatMap((message) => {
      const result = 'result' in message ? message.result : undefined
      return result && 'rendered' in result && result.rendered
        ? [textOfSegments(result.rendered.segments)]
        : []
    })
    // The file has all values, so that they are back as soon as they are no longer excluded.
    expect(texts.map((text) => text.includes('wolkvox_agent_calls'))).toEqual([false, true])
    for (const text of texts) expect(text).toContain('wolkvox_agent_inbound_calls')
  })

  it('is restored from its bytes as it was rendered', async () => {
    const { outcome } = await read(anOperation(), agents, aResponse(anEnvelope([aRecord()])))
    const [reply] = await startRunner().run(1, {
      task: 'restore',
      ...target(),
      stored: await encodedSnapshot(),
    })
    expect(reply).toEqual({
      id: 1,
      result: { rendered: outcome.ok && outcome.rendered, problem: undefined },
      more: false,
    })
  })
})

describe('reading a response', () => {
  const readBody = async (
    body: string,
    status = 200,
    report: AnyReport = agents,
    operation = anOperation(),
  ) => {
    const { outcome } = await read(operation, report, aResponse(body, status))
    return outcome
  }

  const agentIdsOf = (text: string) =>
    [...text.matchAll(/^wolkvox_agent_calls\{.*agent_id="([^"]*)"/gm)].map(([, id]) => id)

  it('ends with finished bytes and the figures of the response', async () => {
    const body = anEnvelope([
      aRecord(),
      aRecord({ agent_id: '2', agent_status: 'Baño' }),
      aRecord({ agent_id: '' }),
    ])
    const outcome = await readBody(body)
    expect(outcome).toEqual({
      ok: true,
      rendered: {
        report: 'agents',
        fetchedAt: FETCHED_AT,
        records: 3,
        rows: 2,
        responseBytes: Buffer.byteLength(body),
        segments: agents.families.map(() => expect.objectContaining({ deflated: expect.any(Uint8Array) })),
      },
      rejections: { records: { missing_id: 1 }, values: {} },
    })
    const text = outcome.ok ? textOfSegments(outcome.rendered.segments) : ''
    expect(agentIdsOf(text)).toEqual(['1001', '2'])
    expect(text.match(/^wolkvox_agents\{.*\} \S+$/gm)).toEqual([
      'wolkvox_agents{operation="ventas",category="ready"} 1',
      'wolkvox_agents{operation="ventas",category="talk"} 0',
      'wolkvox_agents{operation="ventas",category="ring"} 0',
      'wolkvox_agents{operation="ventas",category="acw"} 0',
      'wolkvox_agents{operation="ventas",category="aux"} 1',
      'wolkvox_agents{operation="ventas",category="logout"} 0',
      'wolkvox_agents{operation="ventas",category="unknown"} 0',
    ])
  })

  it.each([
    ['from its field in the report', aToken({ all_token_today: '2,300' }), 2300],
    ['not from an unreadable value', aToken({ all_token_today: 'many' }), undefined],
    ['not without the field', aToken({ all_token_today: undefined }), undefined],
  ])('reads the calls of the account: %s', async (_what, token, accountCalls) => {
    const outcome = await readBody(anEnvelope([token]), 200, reportNamed('token_info'))
    expect(outcome.ok && outcome.accountCalls).toBe(accountCalls)
  })

  it('rejects calls of the account far above its limit, such as a phone number in the wrong field', async () => {
    const readCalls = (calls: string, licenses: number | undefined) =>
      readBody(
        anEnvelope([aToken({ all_token_today: calls })]),
        200,
        reportNamed('token_info'),
        anOperation({ licenses }),
      )
    expect(await readCalls('573001112222', 50)).toMatchObject({
      ok: true,
      accountCalls: undefined,
      rejections: { values: { all_token_today: 1 } },
    })
    expect(await readCalls('2001', 1)).toMatchObject({ accountCalls: undefined })
    // The last refused calls may count too.
    expect(await readCalls('2000', 1)).toMatchObject({ accountCalls: 2000, rejections: { values: {} } })
    expect(await readCalls('573001112222', undefined)).toMatchObject({ accountCalls: 573001112222 })
  })

  it('tells no calls of the account from other reports', async () => {
    const outcome = await readBody(anEnvelope([aRecord({ all_token_today: '2300' })]))
    expect(outcome.ok && outcome.accountCalls).toBeUndefined()
  })

  it('succeeds if there are no agents', async () => {
    expect(await readBody(anEnvelope([]))).toMatchObject({ ok: true, rendered: { records: 0, rows: 0 } })
  })

  it('counts a record that is not JSON, and serves the others', async () => {
    const body = anEnvelope([
      aRecord(),
      aRecord({ agent_id: '2', agent_name: 'Two' }),
      aRecord({ agent_id: '3' }),
    ])
    const outcome = await readBody(body.replace('Two', 'T\two'))
    expect(outcome).toMatchObject({
      ok: true,
      rendered: { records: 3, rows: 2 },
      rejections: { records: { unparsable: 1 }, values: {} },
    })
    expect(agentIdsOf(outcome.ok ? textOfSegments(outcome.rendered.segments) : '')).toEqual(['1001', '3'])
  })

  it('fails as malformed if none of the records is JSON', async () => {
    expect(await readBody('{"code":200,"data":[{"agent_id":NaN},{"agent_id":NaN}]}')).toMatchObject({
      ok: false,
      failure: { reason: 'malformed' },
      rejections: { records: { unparsable: 2 }, values: {} },
    })
  })

  it('fails as malformed if none of the records can be read, and counts them', async () => {
    expect(await readBody(anEnvelope([5, { agent_name: 'x' }]))).toEqual({
      ok: false,
      failure: {
        reason: 'malformed',
        message: 'none of the 2 records could be read (not_an_object 1, missing_id 1)',
      },
      rejections: { records: { not_an_object: 1, missing_id: 1 }, values: {} },
    })
  })

  it('fails with the reason that the status gives', async () => {
    expect(await readBody('', 503)).toMatchObject({ ok: false, failure: { reason: 'http_error' } })
  })

  it.each([
    ['the token', 'test-token'],
    ['the password of the proxy', 'proxy-password'],
    ['the key of the pseudonyms', HASH_KEY.reveal()],
  ])('removes %s from the message of an unexpected error', async (_what, secret) => {
    const report: AnyReport = {
      ...agents,
      createRowReader: () => {
        throw new Error(`cannot read ${secret}`)
      },
    }
    const { proxy } = readProxyUrl('http://user:proxy-password@proxy:3128')
    const operation = anOperation({ hashKey: HASH_KEY, route: { proxy, source: 'HTTP_PROXY' } })
    const { outcome } = await read(operation, report, aResponse(anEnvelope([aRecord()])))
    expect(outcome).toMatchObject({ failure: { reason: 'internal', message: 'cannot read [secret]' } })
  })

  it('fails as internal after an unexpected error of reading or rendering', async () => {
    const fails = () => {
      throw new RangeError('out of room')
    }
    const faulty: readonly AnyReport[] = [
      { ...agents, createRowReader: fails },
      { ...agents, labelsOf: fails },
    ]
    for (const report of faulty) {
      expect(await readBody(anEnvelope([aRecord()]), 200, report)).toMatchObject({
        ok: false,
        failure: { reason: 'internal', message: 'out of room' },
      })
    }
  })
})
