import type { FastifyInstance } from 'fastify'
import { day, dayOf, formatDuration } from '../centre/time.ts'
import { type FaultName, faultNames } from './faults.ts'
import type { Operation } from './operation.ts'

const faultSchema = {
  body: { type: 'object', required: ['fault'], properties: { fault: { type: 'string' } } },
}

const isFaultName = (name: string): name is FaultName => faultNames.some((each) => each === name)

const holdSchema = {
  body: {
    type: 'object',
    required: ['agents', 'state', 'seconds'],
    properties: {
      agents: { type: 'array', items: { type: 'string' } },
      state: { type: 'string', minLength: 1 },
      seconds: { type: 'integer', minimum: 0 },
    },
  },
}

/** Who is to be held, and in which state since how many seconds. */
interface HoldOrder {
  readonly agents: readonly string[]
  readonly state: string
  readonly seconds: number
}

/** What `GET /simulator` tells. */
function statusOf(operation: Operation) {
  const now = operation.now()
  return {
    day: dayOf(now),
    time: formatDuration(now % day),
    calls: operation.gate.calls,
    requests: operation.requests,
    fault: operation.fault ?? null,
    faults: faultNames,
    held: [...operation.holds.keys()],
  }
}

/**
 * Serves the simulator's own paths, which wolkvox does not have: a look inside, faults switched on or off, agents held
 * in a state.
 */
export function controlRoutes(app: FastifyInstance, operation: Operation): void {
  app.get('/simulator', async () => statusOf(operation))
  app.put<{ Body: { fault: string } }>(
    '/simulator/fault',
    { schema: faultSchema },
    async ({ body }, reply) => {
      const { fault } = body
      if (!isFaultName(fault)) {
        return reply.code(400).send({ message: `no such fault; known are ${faultNames.join(', ')}` })
      }
      operation.fault = fault
      return statusOf(operation)
    },
  )
  app.delete('/simulator/fault', async () => {
    operation.fault = undefined
    return statusOf(operation)
  })
  app.put<{ Body: HoldOrder }>('/simulator/agents', { schema: holdSchema }, async ({ body }, reply) => {
    const known = new Set(operation.report().map(({ agent_id }) => agent_id))
    const unknown = body.agents.filter((id) => !known.has(id))
    if (unknown.length > 0) return reply.code(404).send({ message: `no such agent: ${unknown.join(', ')}` })
    const hold = { state: body.state, since: operation.now() - body.seconds }
    operation.holds = new Map([...operation.holds, ...body.agents.map((id) => [id, hold] as const)])
    return statusOf(operation)
  })
  app.delete('/simulator/agents', async () => {
    operation.holds = new Map()
    return statusOf(operation)
  })
}
