import type { FastifyInstance } from 'fastify'
import { day, dayOf, formatHhMmSs } from '../centre/time.ts'
import { faultNames, isFaultName } from './faults.ts'
import type { SimulatedOperation } from './operation.ts'

const faultSchema = {
  body: { type: 'object', required: ['fault'], properties: { fault: { type: 'string' } } },
}

const overrideSchema = {
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

/** Sets the state of agents; they have been in it for `seconds`. */
interface OverrideRequest {
  readonly agents: readonly string[]
  readonly state: string
  readonly seconds: number
}

/** The body of `GET /simulator`. */
function statusOf(operation: SimulatedOperation) {
  const now = operation.now()
  return {
    day: dayOf(now),
    time: formatHhMmSs(now % day),
    calls: operation.limiter.totalRequests,
    requests: operation.requests,
    fault: operation.fault ?? null,
    faults: faultNames,
    held: [...operation.stateOverrides.keys()],
  }
}

/** Serves the simulator's own paths: read its status, set a fault, override agent states. */
export function addControlRoutes(app: FastifyInstance, operation: SimulatedOperation): void {
  app.get('/simulator', async () => statusOf(operation))
  app.put<{ Body: { fault: string } }>(
    '/simulator/fault',
    { schema: faultSchema },
    async ({ body: { fault } }, reply) => {
      if (!isFaultName(fault)) {
        return reply.code(400).send({ message: `unknown fault; use one of ${faultNames.join(', ')}` })
      }
      operation.fault = fault
      return statusOf(operation)
    },
  )
  app.delete('/simulator/fault', async () => {
    operation.fault = undefined
    return statusOf(operation)
  })
  app.put<{ Body: OverrideRequest }>(
    '/simulator/agents',
    { schema: overrideSchema },
    async ({ body: { agents, state, seconds } }, reply) => {
      const known = new Set(operation.report().map(({ agent_id }) => agent_id))
      const unknown = agents.filter((id) => !known.has(id))
      if (unknown.length > 0) {
        return reply.code(404).send({ message: `unknown agents: ${unknown.join(', ')}` })
      }
      const override = { state, since: operation.now() - seconds }
      operation.stateOverrides = new Map([
        ...operation.stateOverrides,
        ...agents.map((id) => [id, override] as const),
      ])
      return statusOf(operation)
    },
  )
  app.delete('/simulator/agents', async () => {
    operation.stateOverrides = new Map()
    return statusOf(operation)
  })
}
