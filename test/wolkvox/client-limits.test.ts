import { getEventListeners, once } from 'node:events'
import { createServer } from 'node:http'
import type { Agent } from 'undici'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { anEnvelope, anOperation, aRecord, never } from '../../tools/fixtures.ts'
import { fetchAgents } from '../support/agents.ts'
import { answerWith, listenOnLoopback } from '../support/loopback-server.ts'

const agents = vi.hoisted(() => [] as { options: Agent.Options; agent: Agent }[])
const connectors = vi.hoisted(() => [] as object[])

vi.mock('undici', async (original) => {
  const undici = await original<typeof import('undici')>()
  class WatchedAgent extends undici.Agent {
    constructor(options: Agent.Options) {
      super(options)
      agents.push({ options, agent: this })
    }
  }
  function watchedConnector(options: Parameters<typeof undici.buildConnector>[0] = {}) {
    connectors.push(options)
    return undici.buildConnector(options)
  }
  return { ...undici, Agent: WatchedAgent, buildConnector: watchedConnector }
})

beforeEach(() => {
  agents.length = 0
  connectors.length = 0
})

const GOOD = answerWith(anEnvelope([aRecord()]))

/** A server that counts its connections. */
async function serve(handle: Parameters<typeof createServer>[1] = GOOD) {
  const server = createServer(handle)
  const url = await listenOnLoopback(server, 'http')
  const connections = () =>
    new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
  return { server, url, connections }
}

describe('the limits of a request in production', () => {
  it.each([
    ['60 s', 60_000, { connect: 10_000, headers: 60_000, body: 30_000 }],
    ['20 s', 20_000, { connect: 10_000, headers: 20_000, body: 20_000 }],
    ['4 s', 4000, { connect: 2000, headers: 4000, body: 4000 }],
  ])('with a timeout of %s', async (_text, timeoutMs, { connect, headers, body }) => {
    const { url } = await serve()
    await fetchAgents(anOperation({ baseUrl: url, timeoutMs }), never)
    expect(agents.map(({ options }) => options)).toEqual([
      {
        connect: expect.any(Function),
        pipelining: 0,
        allowH2: false,
        headersTimeout: headers,
        bodyTimeout: body,
      },
    ])
    expect(connectors).toEqual([
      {
        timeout: connect,
        autoSelectFamily: true,
        // Four addresses of a name can be tried within the timeout.
        autoSelectFamilyAttemptTimeout: connect / 4,
        allowH2: false,
      },
    ])
  })
})

describe('the resources of a request', () => {
  const outcomes = [
    ['succeeds', GOOD],
    ['is refused', answerWith('{"code":401,"error":"UNAUTHORIZED"}', 401)],
    ['is too large', answerWith('x'.repeat(20_000))],
    ['is reset', ((_request, response) => response.destroy()) as typeof GOOD],
    ['times out', (() => {}) as typeof GOOD],
  ] as const

  it.each(outcomes)('are released if it %s: connection, timer, listener', async (_how, handle) => {
    const { url, connections } = await serve(handle)
    const { signal } = new AbortController()
    const set = vi.spyOn(globalThis, 'setTimeout')
    const cleared = vi.spyOn(globalThis, 'clearTimeout')
    const operation = anOperation({ baseUrl: url, timeoutMs: 1000, maxResponseBytes: 10_000 })
    await fetchAgents(operation, signal).catch(() => {})
    const deadline = set.mock.results[set.mock.calls.findIndex(([, ms]) => ms === 1000)]?.value
    expect(cleared.mock.calls.flat()).toContain(deadline)
    set.mockRestore()
    cleared.mockRestore()
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(agents.map(({ agent }) => agent.destroyed)).toEqual([true])
    await vi.waitFor(async () => expect(await connections()).toBe(0), 5000)
  })

  it('are released if it is aborted', async () => {
    const { server, url, connections } = await serve(() => {})
    const requested = once(server, 'request')
    const abort = new AbortController()
    const call = fetchAgents(anOperation({ baseUrl: url }), abort.signal)
    await requested
    abort.abort(new Error('shutdown'))
    await expect(call).rejects.toThrow('shutdown')
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
    expect(agents.map(({ agent }) => agent.destroyed)).toEqual([true])
    await vi.waitFor(async () => expect(await connections()).toBe(0), 5000)
  })
})
