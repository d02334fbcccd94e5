import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAgents } from '../../src/simulator/centre/agent.ts'
import type { WolkvoxRecord } from '../../src/simulator/centre/report.ts'
import { formatPercentage } from '../../src/simulator/centre/report.ts'
import { formatHhMmSs, hour, minute } from '../../src/simulator/centre/time.ts'
import { startLoopbackServer } from '../loopback-server.ts'
import { randomNumbers } from '../run-bench.ts'
import type { Defer } from './setup.ts'

/**
 * Starts a wolkvox that sends the given responses in turn, uncompressed.
 *
 * @param onCall called for each request, before the response
 * @returns its URL
 */
export async function startWolkvox(
  responses: readonly Buffer[],
  defer: Defer,
  onCall: () => void = () => {},
): Promise<string> {
  let calls = 0
  const { url, close } = await startLoopbackServer((_request, response) => {
    onCall()
    const body = responses[calls % responses.length] ?? Buffer.alloc(0)
    calls += 1
    writeHead(response, body)
    response.end(body)
  })
  defer(close)
  return url
}

/** A wolkvox that leaves each response to the caller. */
export interface ManualWolkvox {
  readonly url: string
  /** Takes the pending request, or waits for the next one. */
  readonly nextCall: () => Promise<ServerResponse>
}

export async function startManualWolkvox(defer: Defer): Promise<ManualWolkvox> {
  let call = Promise.withResolvers<ServerResponse>()
  const { url, close } = await startLoopbackServer((_request, response) => call.resolve(response))
  defer(close)
  return {
    url,
    async nextCall() {
      const response = await call.promise
      call = Promise.withResolvers()
      return response
    },
  }
}

// Time for the exporter to read what was sent.
const READING_MS = 300

/** Sends a body, and its last byte after all others have been read. @returns when, by `performance.now()` */
export async function sendLastByteLate(response: ServerResponse, body: Buffer): Promise<number> {
  writeHead(response, body)
  await new Promise((sent) => response.write(body.subarray(0, -1), sent))
  await sleep(READING_MS)
  const lastByteAt = performance.now()
  response.end(body.subarray(-1))
  return lastByteAt
}

function writeHead(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
}

// The simulator's names are shorter than real ones. These make them as long, but name no person.
const PLACES = ['del Páramo', 'de la Sabana', 'del Bajío', 'de la Ciénaga', 'del Cañón', 'de la Montaña']

// All with the same probability.
const STATES = ['READY', 'READY', 'TALK', 'TALK', 'TALK', 'ACW', 'RING', 'Almuerzo', 'Baño', 'Capacitación']

const SEED = 1

// Between two responses.
const STEP_SECONDS = 5 * minute

/** Different responses of the same size. Each differs from the previous one. */
const RESPONSES = 3

/**
 * Makes successive responses of wolkvox: the same agents, a few minutes later each time. Every agent has all values, so this is
 * the largest number of series for this number of agents.
 *
 * @returns the same bytes for the same number of agents
 */
export function makeResponses(agents: number): readonly Buffer[] {
  return Array.from({ length: RESPONSES }, (_, step) => makeResponse(agents, step * STEP_SECONDS))
}

function makeResponse(agents: number, elapsed: number): Buffer {
  const random = randomNumbers(SEED)
  const data = createAgents(agents).map(({ id, name }, index) => ({
    agent_id: id,
    agent_name: `${name} ${PLACES[index % PLACES.length]}`,
    ...dayOf(random, elapsed),
  }))
  return Buffer.from(JSON.stringify({ code: '200', error: null, msg: `${agents} records were found`, data }))
}

/** The totals of an agent's day. @param elapsed seconds since the first response */
function dayOf(random: () => number, elapsed: number): Omit<WolkvoxRecord, 'agent_id' | 'agent_name'> {
  const upTo = (limit: number) => Math.floor(random() * limit)
  const [inbound, outbound, internal] = [1 + upTo(80), upTo(30), upTo(6)]
  const [ready, ring] = [upTo(3 * hour) + elapsed, upTo(10 * minute)]
  const [inboundTime, outboundTime] = [upTo(4 * hour), upTo(hour)]
  const [acw, aux] = [upTo(hour), upTo(90 * minute)]
  const busy = inboundTime + outboundTime + acw
  const calls = inbound + outbound + internal
  return {
    agent_status: STATES[upTo(STATES.length)] ?? 'READY',
    calls: String(calls),
    inbound: String(inbound),
    outbound: String(outbound),
    internal: String(internal),
    time_state_now: String(upTo(30 * minute) + elapsed),
    ready_time: formatHhMmSs(ready),
    inbound_time: formatHhMmSs(inboundTime),
    outbound_time: formatHhMmSs(outboundTime),
    acw_time: formatHhMmSs(acw),
    ring_time: formatHhMmSs(ring),
    login_time: formatHhMmSs(ready + busy + aux),
    aht_time: formatHhMmSs(Math.round(busy / calls)),
    // Without a second of work, this would be 0 / 0.
    ocupation: formatPercentage(busy / Math.max(1, ready + busy)),
    aux_time: formatHhMmSs(aux),
  }
}
