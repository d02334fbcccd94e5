import type { FastifyInstance } from 'fastify'
import { checkCredentials } from './admission.ts'
import { applyFault } from './faults.ts'
import { type SimulatedOperation, todayOf, tokenInfoOf } from './operation.ts'
import {
  apiErrors,
  errorResponse,
  recordsResponse,
  type SimulatedResponse,
  sendResponse,
} from './responses.ts'

/** A report that the simulator serves, by its path and its `api` parameter. */
interface ServedReport {
  readonly path: string
  readonly api: string
  readonly recordsOf: (operation: SimulatedOperation) => readonly object[]
}

const reports: readonly ServedReport[] = [
  { path: '/api/v2/real_time.php', api: 'agents', recordsOf: (operation) => operation.report() },
  {
    path: '/api/v2/information.php',
    api: 'token_info',
    recordsOf: (operation) => [tokenInfoOf(operation)],
  },
]

/** Serves wolkvox's paths. Each request passes three checks: credentials, limits, parameters. */
export function addApiRoutes(app: FastifyInstance, operation: SimulatedOperation): void {
  for (const path of new Set(reports.map((report) => report.path))) {
    app.get(path, async (request, reply) => {
      operation.requests += 1
      const error =
        checkCredentials(request.headers, operation.token) ?? operation.limiter.admit(todayOf(operation))
      if (error === undefined) reply.raw.once('close', () => operation.limiter.release())
      await delay(operation.latencyMs)
      const response =
        error === undefined
          ? applyFault(respond(operation, path, request.query), operation.fault)
          : errorResponse(error)
      await sendResponse(reply, response)
      return reply
    })
  }
}

function respond(operation: SimulatedOperation, path: string, query: unknown): SimulatedResponse {
  const api = new Map(Object.entries(query ?? {})).get('api')
  if (api === undefined || api === '') return errorResponse(apiErrors.missingParameters)
  const report = reports.find((served) => served.path === path && served.api === String(api))
  return report === undefined
    ? errorResponse(apiErrors.unknownApi)
    : recordsResponse(report.recordsOf(operation))
}

function delay(milliseconds: number): Promise<void> | undefined {
  if (milliseconds === 0) return undefined
  // The open server keeps the process alive; a waiting client alone must not.
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
