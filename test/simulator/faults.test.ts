import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { type FaultName, faultNames, type Simulator } from '../../src/simulator/simulator.ts'
import { fetchReport, fetchTokenInfo, withSimulator } from './helpers.ts'

const isHtml = expect.stringMatching(/^<!DOCTYPE html>/)
const isFailure = (code: number | string, msg: string) =>
  expect.stringMatching(`^{"code":${JSON.stringify(code)},.*${msg}`)

/** Faults with a complete HTTP response, and that response. */
const completeResponses: Partial<Record<FaultName, { status: number; body: unknown }>> = {
  maintenance: { status: 403, body: isHtml },
  quota: { status: 403, body: isFailure(403, 'TOKEN LIMIT EXCEEDED') },
  invalid_token: { status: 403, body: isFailure(403, 'PLEASE VALIDATE TOKEN') },
  concurrency: { status: 403, body: isFailure(403, 'EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS') },
  bad_request: { status: 400, body: isFailure(400, 'DOES NOT EXIST') },
  unauthorized: { status: 401, body: isFailure(401, 'PLEASE ENTER THE WOLKVOX-TOKEN') },
  quota_status200: { status: 200, body: isFailure('403', 'TOKEN LIMIT EXCEEDED') },
  invalid_token_status200: { status: 200, body: isFailure('403', 'PLEASE VALIDATE TOKEN') },
  concurrency_status200: {
    status: 200,
    body: isFailure('403', 'EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS'),
  },
  bad_request_status200: { status: 200, body: isFailure('400', 'DOES NOT EXIST') },
  unauthorized_status200: { status: 200, body: isFailure('401', 'PLEASE ENTER THE WOLKVOX-TOKEN') },
  error500: { status: 500, body: isHtml },
  error502: { status: 502, body: isHtml },
  redirect: { status: 302, body: '' },
  html: { status: 200, body: isHtml },
  empty: { status: 200, body: '' },
  not_json: { status: 200, body: expect.stringMatching(/^Warning: .*records were found/) },
  no_agents: { status: 200, body: '{"code":200,"error":null,"msg":"0 records were found","data":[]}' },
  null_data: { status: 200, body: '{"code":200,"error":"null","msg":"0 records were found","data":null}' },
}

const testedSeparately: readonly FaultName[] = ['unreadable', 'full', 'truncated', 'slow', 'hang', 'reset']

/** The raw bytes until the server closes the connection, or for `milliseconds`. */
async function readSocket({ url }: Simulator, milliseconds: number): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(
    'GET /api/v2/real_time.php?api=agents HTTP/1.1\r\nhost: x\r\nwolkvox-token: simulated-token\r\n\r\n',
  )
  const timeout = setTimeout(() => socket.end(), milliseconds)
  try {
    return await text(socket)
  } finally {
    clearTimeout(timeout)
    socket.destroy()
  }
}

describe('faults', () => {
  it('are all tested here', () => {
    expect([...Object.keys(completeResponses), ...testedSeparately].sort()).toEqual([...faultNames].sort())
  })

  it.each(Object.entries(completeResponses))(
    '%s replaces the response of both endpoints',
    (fault, expected) =>
      withSimulator({}, async (simulator) => {
        simulator.setFault(faultNames.find((name) => name === fault))
        for (const response of [await fetchReport(simulator), await fetchTokenInfo(simulator)]) {
          expect(response.status).toBe(expected.status)
          expect(await response.text()).toEqual(expected.body)
        }
      }),
  )

  it('unreadable puts invalid values into four fields of every agent record', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('unreadable')
      const { data } = (await (await fetchReport(simulator)).json()) as { data: unknown }
      const invalid = { calls: '-3', acw_time: '-00:05:00', login_time: '12:99:00', ocupation: 'mucha' }
      expect(data).toEqual(simulator.report().map((record) => ({ ...record, ...invalid })))
    }))

  it('unreadable does not change an error response', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('unreadable')
      const response = await fetchReport(simulator, { query: '?api=agent' })
      expect(await response.json()).toMatchObject({ code: 400, data: null })
    }))

  it('full repeats the records up to the record limit', () =>
    withSimulator({ agents: 7 }, async (simulator) => {
      simulator.setFault('full')
      const { data } = (await (await fetchReport(simulator)).json()) as { data: readonly unknown[] }
      expect(data).toHaveLength(60_000)
      expect([data[0], data[59_999]]).toEqual([simulator.report()[0], simulator.report()[59_999 % 7]])
    }))

  it('full sends no records if there are no agents', () =>
    withSimulator({ agents: 0, licenses: 1 }, async (simulator) => {
      simulator.setFault('full')
      expect(await (await fetchReport(simulator)).json()).toMatchObject({ code: 200, data: [] })
    }))

  it('truncated closes the connection in the middle of the body', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('truncated')
      const [head = '', body = ''] = (await readSocket(simulator, 5000)).split('\r\n\r\n')
      const contentLength = Number(/content-length: (\d+)/i.exec(head)?.[1])
      expect(Buffer.byteLength(body)).toBe(Math.floor(contentLength / 2))
      const response = await fetchReport(simulator)
      await expect(response.text()).rejects.toThrow(TypeError)
    }))

  it('slow sends the headers immediately, then one byte a second', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('slow')
      const response = await fetchReport(simulator, { signal: AbortSignal.timeout(1300) })
      expect(response.status).toBe(200)
      await expect(response.text()).rejects.toThrow('timeout')
    }))

  it('hang sends no bytes', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('hang')
      expect(await readSocket(simulator, 300)).toBe('')
    }))

  it('reset resets the connection', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('reset')
      await expect(fetchReport(simulator)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    }))

  it('end as soon as they are removed', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('reset')
      await expect(fetchReport(simulator)).rejects.toThrow()
      simulator.setFault(undefined)
      expect((await fetchReport(simulator)).status).toBe(200)
    }))
})
