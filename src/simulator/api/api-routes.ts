import type { FastifyInstance } from 'fastify'
import { checkCredentials } from './admission.ts'
import { applyFault } from './faults.ts'
import { type SimulatedOperation, todayOf } from './operation.ts'
import {
  apiErrors,
  errorResponse,
  recordsResponse,
  type SimulatedResponse,
  sendResponse,
} from './responses.ts'
import { type ServedReport, servedReports } from './served-reports.ts'

const reports: readonly ServedReport[] = servedReports

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
  const parameters = new Map(Object.entries(query ?? {}).map(([name, value]) => [name, String(value)]))
  const isMissing = (name: string) => (parameters.get(name) ?? '') === ''
  if (isMissing('api')) return errorResponse(apiErrors.missingParameters)
  const report = reports.find((served) => served.path === path && served.api === parameters.get('api'))
  if (report === undefined) return errorResponse(apiErrors.unknownApi)
  if (report.requiredParameters.some(isMissing)) return errorResponse(apiErrors.missingParameters)
  return recordsResponse(report.recordsOf(operation, parameters))
}

function delay(milliseconds: number): Promise<void> | undefined {
  if (milliseconds === 0) return undefined
  // The open server keeps the process alive; a waiting client alone must not.
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
