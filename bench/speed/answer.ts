import type { WolkvoxRecord } from '../../src/simulator/centre/report.ts'
import { formatPercentage } from '../../src/simulator/centre/report.ts'
import { hireAgents } from '../../src/simulator/centre/roster.ts'
import { formatDuration, hour, minute } from '../../src/simulator/centre/time.ts'
import { randomNumbers } from '../run-bench.ts'

// As long as people's names, which the simulator's are not; no person is called so.
const PLACES = ['del Páramo', 'de la Sabana', 'del Bajío', 'de la Ciénaga', 'del Cañón', 'de la Montaña']

// Drawn evenly.
const STATES = ['READY', 'READY', 'TALK', 'TALK', 'TALK', 'ACW', 'RING', 'Almuerzo', 'Baño', 'Capacitación']

const SEED = 1

// Between one answer and the next, by the clock of the agents.
const STEP_SECONDS = 5 * minute

/** Different answers of the same size: enough that each is different from the one before. */
const ANSWERS = 3

/**
 * Answers of wolkvox as it sends them, one after the other: the same agents a few minutes later. Every agent has all
 * values, so that no operation of the same size makes more series.
 *
 * @returns the same bytes for the same number of agents
 */
export function makeAnswers(agents: number): readonly Buffer[] {
  return Array.from({ length: ANSWERS }, (_, step) => makeAnswer(agents, step * STEP_SECONDS))
}

function makeAnswer(agents: number, laterBy: number): Buffer {
  const random = randomNumbers(SEED)
  const data = hireAgents(agents).map(({ id, name }, index) => ({
    agent_id: id,
    agent_name: `${name} ${PLACES[index % PLACES.length]}`,
    ...dayOf(random, laterBy),
  }))
  return Buffer.from(JSON.stringify({ code: '200', error: null, msg: `${agents} records were found`, data }))
}

/** What an agent has done today, as it adds up at wolkvox. @param laterBy seconds since the first answer */
function dayOf(random: () => number, laterBy: number): Omit<WolkvoxRecord, 'agent_id' | 'agent_name'> {
  const upTo = (limit: number) => Math.floor(random() * limit)
  const [inbound, outbound, internal] = [1 + upTo(80), upTo(30), upTo(6)]
  const [ready, ring] = [upTo(3 * hour) + laterBy, upTo(10 * minute)]
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
    time_state_now: String(upTo(30 * minute) + laterBy),
    ready_time: formatDuration(ready),
    inbound_time: formatDuration(inboundTime),
    outbound_time: formatDuration(outboundTime),
    acw_time: formatDuration(acw),
    ring_time: formatDuration(ring),
    login_time: formatDuration(ready + busy + aux),
    aht_time: formatDuration(Math.round(busy / calls)),
    // Of an agent without a second of work it would be nothing over nothing.
    ocupation: formatPercentage(busy / Math.max(1, ready + busy)),
    aux_time: formatDuration(aux),
  }
}
