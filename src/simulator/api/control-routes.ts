import type { FastifyInstance } from 'fastify'
import { day, dayOf, formatDuration } from '../centre/time.ts'
import { type FaultName, faultNames } from './faults.ts'
import type { Operation } from './operation.ts'

const faultSchema = {
  body: { type: 'object', required: ['fault'], properties: { fault: { enum: faultNames } } },
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
  }
}

/** Serves the simulator's own paths, which wolkvox does not have: a look inside, faults switched on or off. */
export function controlRoutes(app: FastifyInstance, operation: Operation): void {
  app.get('/simulator', async () => statusOf(operation))
  app.put<{ Body: { fault: FaultName } }>('/simulator/fault', { schema: faultSchema }, async ({ body }) => {
    operation.fault = body.fault
    return statusOf(operation)
  })
  app.delete('/simulator/fault', async () => {
    operation.fault = undefined
    return statusOf(operation)
  })
}
