import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { addApiRoutes } from './api/api-routes.ts'
import { addControlRoutes } from './api/control-routes.ts'
import type { FaultName } from './api/faults.ts'
import { startOperation } from './api/operation.ts'
import { agentRecords, type ServedReport, servedReports } from './api/served-reports.ts'
import type { WolkvoxRecord } from './centre/report.ts'

export type { FaultName } from './api/faults.ts'
export { faultNames } from './api/faults.ts'
export type { WolkvoxRecord } from './centre/report.ts'

/** The simulated operation and the address of its API. */
export interface SimulatorOptions {
  readonly agents: number
  /** An integer; the same seed gives the same days. */
  readonly seed: number
  /** Simulated seconds per real second; 0 stops the simulated clock. */
  readonly speed: number
  /** The simulated time at the start, `HH:MM`. The day has been simulated from midnight up to this time. */
  readonly startAt: string
  readonly host: string
  /** 0 selects a free port. */
  readonly port: number
  readonly token: string
  /** Each license allows 1000 requests a day. Default: one license per agent. */
  readonly licenses?: number
  /** Requests that may be in flight together; further ones get 403. Default: 2, as wolkvox documents. */
  readonly maxRequestsInFlight?: number
  /** The delay before each API response. Default: 0. */
  readonly latencyMs?: number
  /** The operation's time zone. Default: America/Bogota. */
  readonly timeZone?: string
  /**
   * Leaves out the incidents: no peaks of calls, no bad hour of the network, no campaign that stays started with a finished
   * list.
   */
  readonly calm?: boolean
}

/** The value of the `api` parameter of a report. */
export type ServedReportName = (typeof servedReports)[number]['api']

/** A centre in the middle of its working day. The simulator accepts any server code; `server` is for its clients. */
export const simulatorDefaults = {
  agents: 200,
  seed: 1,
  speed: 1,
  startAt: '10:30',
  host: '127.0.0.1',
  port: 9988,
  token: 'simulated-token',
  server: '0000',
} as const satisfies SimulatorOptions & { readonly server: string }

/** A running simulator. */
export interface Simulator {
  /** The base URL without a trailing slash: `http://127.0.0.1:PORT`. */
  readonly url: string
  /** API requests counted against the quota, faulty ones included. */
  readonly calls: number
  /** All API requests received, rejected ones included. */
  readonly requests: number
  /** API requests that the limits rejected. */
  readonly rejected: number
  /** The current records of all agents. */
  report(): readonly WolkvoxRecord[]
  /** The current records of any report, as its API sends them. `parameters` are those of the request. */
  records(report: ServedReportName, parameters?: Readonly<Record<string, string>>): readonly object[]
  /** Applies this fault to all following responses; `undefined` removes the fault. */
  setFault(fault: FaultName | undefined): void
  /** Stops the simulator and closes all connections, also of requests in flight. */
  close(): Promise<void>
}

/** Simulates the elapsed time regularly, so that the first request after a quiet night is fast. */
const catchUpIntervalMs = 60_000

/** Longer than the timeout of any client, so that the client always gives up first. */
const connectionTimeoutMs = 10 * 60_000

/**
 * Starts a simulated operation with wolkvox's API.
 *
 * @throws RangeError for an invalid option, or Node's own error (such as code EADDRINUSE) if it cannot listen
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  checkOptions(options)
  const operation = startOperation(options)
  const app = createServer()
  addApiRoutes(app, operation)
  addControlRoutes(app, operation)
  await app.listen({ host: options.host, port: options.port })
  const catchUp = setInterval(operation.now, catchUpIntervalMs).unref()
  return {
    url: urlOf(app.server.address() as AddressInfo),
    get calls() {
      return operation.limiter.totalRequests
    },
    get requests() {
      return operation.requests
    },
    get rejected() {
      return operation.limiter.rejectedRequests
    },
    report: () => agentRecords(operation),
    records: (name, parameters = {}) => {
      const served: ServedReport | undefined = servedReports.find(({ api }) => api === name)
      return served?.recordsOf(operation, new Map(Object.entries(parameters))) ?? []
    },
    setFault: (fault) => {
      operation.fault = fault
    },
    close: async () => {
      clearInterval(catchUp)
      await app.close()
    },
  }
}

function checkOptions({ agents, seed, speed, licenses = 0, latencyMs = 0 }: SimulatorOptions): void {
  for (const [name, value] of Object.entries({ agents, licenses })) {
    if (!Number.isInteger(value) || value < 0)
      throw new RangeError(`${name}: must be an integer ≥ 0, not ${value}`)
  }
  if (!Number.isInteger(seed)) throw new RangeError(`seed: must be an integer, not ${seed}`)
  for (const [name, value] of Object.entries({ speed, latencyMs })) {
    if (!Number.isFinite(value) || value < 0)
      throw new RangeError(`${name}: must be a number ≥ 0, not ${value}`)
  }
}

function createServer(): FastifyInstance {
  return Fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: 64 * 1024,
    requestTimeout: 10_000,
    connectionTimeout: connectionTimeoutMs,
    keepAliveTimeout: 72_000,
    forceCloseConnections: true,
  })
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
