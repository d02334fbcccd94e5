import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { dayOf } from '../centre/time.ts'
import type { Answer } from './answer.ts'
import { credentialsProblem } from './credentials.ts'
import { deliver } from './delivery.ts'
import { failureAnswer, failures, recordsAnswer } from './envelope.ts'
import { withFault } from './faults.ts'
import type { Operation } from './operation.ts'

/** Serves wolkvox's own path: who calls is checked first, then the limits, then what is asked for. */
export function apiRoutes(app: FastifyInstance, operation: Operation): void {
  app.get('/api/v2/real_time.php', async (request, reply) => {
    operation.requests += 1
    const refusal =
      credentialsProblem(request.headers, operation.token) ?? operation.gate.enter(dayOf(operation.now()))
    if (refusal === undefined) reply.raw.once('close', () => operation.gate.leave())
    await pause(operation.latencyMs)
    if (refusal === undefined) await answerCall(operation, request, reply)
    else await deliver(reply, failureAnswer(refusal))
    return reply
  })
}

async function answerCall(operation: Operation, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await deliver(reply, withFault(answerQuery(operation, request.query), operation.fault))
}

function answerQuery(operation: Operation, query: unknown): Answer {
  const api = new Map(Object.entries(query ?? {})).get('api')
  if (api === undefined || api === '') return failureAnswer(failures.missingParameters)
  return api === 'agents' ? recordsAnswer(operation.report()) : failureAnswer(failures.unknownApi)
}

function pause(milliseconds: number): Promise<void> | undefined {
  if (milliseconds === 0) return undefined
  // A caller that is kept waiting must not keep the process alive: the server does, as long as it is open.
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
