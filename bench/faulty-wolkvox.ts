import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { anEnvelope, aRecord } from '../tools/fixtures.ts'
import { startLoopbackServer } from './loopback-server.ts'

/** Its number of agents and its share of faults. */
export interface FaultyWolkvoxOptions {
  readonly agents: number
  /** Share of all calls, from 0 to 1. */
  readonly faultShare: number
}

/** A wolkvox with changing agents and frequent faulty responses. */
export interface FaultyWolkvox {
  readonly url: string
  readonly calls: () => number
  /** How often it sent each fault. */
  readonly faultsSent: () => string
  /** Sends only valid responses from now on, with the same agents. @returns their ids */
  readonly stopFaults: () => ReadonlySet<string>
  readonly close: () => Promise<unknown>
}

// Share of the agents in each response.
const PRESENT_SHARE = 0.9

export async function startFaultyWolkvox(
  { agents, faultShare }: FaultyWolkvoxOptions,
  random: () => number,
): Promise<FaultyWolkvox> {
  const ids = Array.from({ length: agents }, (_, index) => String(1000 + index))
  const present = () => ids.filter(() => random() < PRESENT_SHARE)
  const sent = new Map<string, number>()
  let calls = 0
  let fixedIds: readonly string[] | undefined

  const { url, close } = await startLoopbackServer((_request, response) => {
    calls += 1
    const body = anEnvelope((fixedIds ?? present()).map((id) => recordOf(id, random)))
    if (fixedIds !== undefined || random() >= faultShare) {
      sendWith(200, body)(response, body)
      return
    }
    const [name, fault] = faults[Math.floor(random() * faults.length)] ?? ['none', sendWith(200, body)]
    sent.set(name, (sent.get(name) ?? 0) + 1)
    fault(response, body)
  })
  return {
    url,
    calls: () => calls,
    faultsSent: () => [...sent].map(([name, times]) => `${name} ${times}`).join(', '),
    stopFaults: () => {
      fixedIds = present()
      return new Set(fixedIds)
    },
    close,
  }
}

const STATES = ['READY', 'TALK', 'ACW', 'Almuerzo', 'Logout']
const MAX_CALLS = 100

function recordOf(id: string, random: () => number) {
  return aRecord({
    agent_id: id,
    agent_name: `Colibrí ${id}`,
    agent_status: STATES[Math.floor(random() * STATES.length)],
    calls: String(Math.floor(random() * MAX_CALLS)),
  })
}

/** @param body the valid response */
type Fault = (response: ServerResponse, body: string) => void

const sendWith =
  (status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Fault =>
  (response) => {
    response.writeHead(status, headers).end(body)
  }

const refusal = (code: number, msg: string) => JSON.stringify({ code, error: 'FORBIDDEN', msg, data: null })

const HTML = '<!DOCTYPE html><html><body>En mantenimiento</body></html>'

// A few megabytes each.
const MANY = 1_000_000

/** Duration of a slow response. All others come immediately or never. */
export const SLOW_RESPONSE_MS = 1000

const SLOW_PARTS = 4

// All known faults except an exhausted quota, after which the exporter correctly waits for half an hour.
const faults: readonly (readonly [name: string, fault: Fault])[] = [
  ['500', sendWith(500, HTML)],
  ['invalid token', sendWith(403, refusal(403, 'PLEASE VALIDATE TOKEN'))],
  ['concurrency', sendWith(403, refusal(403, 'EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)'))],
  [
    'concurrency in 200',
    sendWith(200, refusal(403, 'EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)')),
  ],
  ['maintenance', sendWith(403, HTML)],
  ['redirect', sendWith(302, '', { location: '/login' })],
  ['HTML', sendWith(200, HTML)],
  ['reset', (response) => response.socket?.resetAndDestroy()],
  ['truncated', sendTruncated],
  ['half JSON', (response, body) => response.end(body.slice(0, body.length / 2))],
  ['slow', (response, body) => void sendSlowly(response, body)],
  ['hang', () => {}],
  ['gzip garbage', sendWith(200, Buffer.alloc(MANY, 'no gzip'), { 'content-encoding': 'gzip' })],
  ['list of zeros', sendWith(200, `[${'0,'.repeat(MANY)}0]`)],
  ['data of zeros', sendWith(200, anEnvelopeAround(`[${'0,'.repeat(MANY)}0]`))],
  ['nested lists', sendWith(200, '['.repeat(MANY))],
  ['nested objects', sendWith(200, '{"data":'.repeat(MANY))],
  ['many keys', sendWith(200, `{${Array.from({ length: MANY / 10 }, (_, key) => `"k${key}":0`).join()}}`)],
  ['long text', sendWith(200, anEnvelopeAround(`[{"agent_id":"${'x'.repeat(4 * MANY)}"}]`))],
]

function anEnvelopeAround(data: string): string {
  return `{"code":200,"error":null,"msg":"found","data":${data}}`
}

function sendTruncated(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-length': Buffer.byteLength(body) })
  response.write(body.slice(0, body.length / 2), () => response.destroy())
}

async function sendSlowly(response: ServerResponse, body: string): Promise<void> {
  const size = Math.ceil(body.length / SLOW_PARTS)
  for (let from = 0; from < body.length && !response.destroyed; from += size) {
    response.write(body.slice(from, from + size))
    await sleep(SLOW_RESPONSE_MS / SLOW_PARTS)
  }
  response.end()
}
