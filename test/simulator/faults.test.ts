import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import {
  type FaultName,
  faultNames,
  type ServedReportName,
  type Simulator,
} from '../../src/simulator/simulator.ts'
import { fetchReport, fetchReportNamed, servedReportNames, withSimulator } from './helpers.ts'

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

const testedSeparately: readonly FaultName[] = [
  ...(['unreadable', 'renamed_field', 'empty_lists', 'bare_array', 'full', 'cut_json'] as const),
  ...(['truncated', 'slow', 'hang', 'reset'] as const),
]

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

  it.each(Object.entries(completeResponses))('%s replaces the response of every report', (fault, expected) =>
    withSimulator({}, async (simulator) => {
      simulator.setFault(faultNames.find((name) => name === fault))
      for (const api of servedReportNames) {
        const response = await fetchReportNamed(simulator, api)
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

/** The records in the response of a report. */
async function dataOf(simulator: Simulator, api: ServedReportName): Promise<readonly Lists[]> {
  const { data } = (await (await fetchReportNamed(simulator, api)).json()) as { data: readonly Lists[] }
  return data
}

type Lists = Readonly<Record<string, unknown>>

/** The records that contain the fields: those of the report, or the nested ones of `latency`. */
const innerRecords = (api: ServedReportName, data: readonly Lists[]) =>
  api === 'latency' ? (data[0]?.by_agent as readonly Lists[]) : data

describe.each<{ api: ServedReportName; unreadable: Lists; renamed: readonly [string, string] }>([
  { api: 'agents', unreadable: { calls: '-3', ocupation: 'mucha' }, renamed: ['inbound', 'inbound_calls'] },
  {
    api: 'skills',
    unreadable: { calls_in_queue_now: 'varias', stat_answer: '-3', service_level_20seg: 'bueno' },
    renamed: ['stat_answer', 'stat_answered'],
  },
  {
    api: 'campaigns',
    unreadable: { clean: 'casi todos', dial: '-3', penetration_day: 'mucha' },
    renamed: ['dial', 'dialed'],
  },
  {
    api: 'latency',
    unreadable: {
      ...{ latency_ms: 'alta', rx_ploss: 'poca', network_rejection: '-1%' },
      last_date: '2026-99-99 00:00:00',
    },
    renamed: ['latency_ms', 'latency'],
  },
  { api: 'chats', unreadable: { active_chats: 'varios' }, renamed: ['active_chats', 'chats'] },
  {
    api: 'interactions',
    unreadable: { active_interactions: 'varias' },
    renamed: ['active_interactions', 'interactions'],
  },
  {
    api: 'token_info',
    unreadable: { token_limit: 'muchas' },
    renamed: ['token_use_today', 'token_used_today'],
  },
])('faults of $api', ({ api, unreadable, renamed: [field, newName] }) => {
  it('unreadable puts invalid values into its fields and keeps the others', () =>
    withSimulator({}, async (simulator) => {
      const before = innerRecords(api, await dataOf(simulator, api))
      simulator.setFault('unreadable')
      const records = innerRecords(api, await dataOf(simulator, api))
      expect(records.length).toBeGreaterThan(0)
      for (const record of records) expect(record).toMatchObject(unreadable)
      expect(Object.keys(records[0] ?? {})).toEqual(Object.keys(before[0] ?? {}))
    }))

  it('renamed_field renames one field and keeps its value', () =>
    withSimulator({}, async (simulator) => {
      const before = innerRecords(api, await dataOf(simulator, api))
      simulator.setFault('renamed_field')
      const records = innerRecords(api, await dataOf(simulator, api))
      expect(records).toHaveLength(before.length)
      for (const [index, record] of records.entries()) {
        const names = Object.keys(before[index] ?? {}).map((name) => (name === field ? newName : name))
        expect(Object.keys(record)).toEqual(names)
        // The quota usage grows with each request.
        if (api !== 'token_info') expect(record[newName]).toEqual(before[index]?.[field])
      }
    }))

  it('empty_lists sends no records', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('empty_lists')
      const empty = api === 'latency' ? [{ by_agent: [], by_ip: [], by_pbx: [] }] : []
      expect(await dataOf(simulator, api)).toEqual(empty)
    }))

  it('bare_array leaves out the envelope', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('bare_array')
      const records = (await (await fetchReportNamed(simulator, api)).json()) as readonly Lists[]
      expect(Array.isArray(records)).toBe(true)
      expect(innerRecords(api, records)[0]).toHaveProperty([field])
    }))

  it('cut_json sends the first half as a complete response', () =>
    withSimulator({}, async (simulator) => {
      const whole = await (await fetchReportNamed(simulator, api)).text()
      simulator.setFault('cut_json')
      const half = await (await fetchReportNamed(simulator, api)).text()
      expect(half).toHaveLength(Math.floor(whole.length / 2))
      expect(() => JSON.parse(half)).toThrow(SyntaxError)
    }))

  it('full repeats the records up to the record limit', () =>
    withSimulator({}, async (simulator) => {
      simulator.setFault('full')
      expect(innerRecords(api, await dataOf(simulator, api))).toHaveLength(60_000)
    }))

  it.each(['unreadable', 'renamed_field', 'empty_lists', 'bare_array', 'full'] as const)(
    '%s does not change an error response',
    (fault) =>
      withSimulator({}, async (simulator) => {
        simulator.setFault(fault)
        const response = await fetchReport(simulator, { query: '?api=agent' })
        expect(await response.json()).toMatchObject({ code: 400, data: null })
      }),
  )
})
