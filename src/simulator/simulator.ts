import type { AddressInfo } from 'node:net'
import { apiRoutes } from './api/api-routes.ts'
import { controlRoutes } from './api/control-routes.ts'
import type { FaultName } from './api/faults.ts'
import { Gate } from './api/gate.ts'
import { withHolds } from './api/holds.ts'
import { createHttpServer } from './api/http-server.ts'
import type { Operation } from './api/operation.ts'
import { Centre } from './centre/centre.ts'
import { reportOf, type WolkvoxRecord } from './centre/report.ts'
import { parseTimeOfDay } from './centre/time.ts'
import { startClock } from './clock.ts'
import { checkOptions, type SimulatorOptions } from './options.ts'

export type { FaultName } from './api/faults.ts'
export { faultNames } from './api/faults.ts'
export type { WolkvoxRecord } from './centre/report.ts'
export { type SimulatorOptions, simulatorDefaults } from './options.ts'

/** How often the centre is brought up to date unasked, so that a call after a quiet night need not wait for it. */
const catchUpIntervalMs = 60_000

/** A running simulator. */
export interface Simulator {
  /** Where it listens, without a slash at the end: `http://127.0.0.1:PORT`. */
  readonly url: string
  /** Calls with a valid token that have cost quota, faulty ones included. */
  readonly calls: number
  /** All calls to the API that have come in, refused ones included. */
  readonly requests: number
  /** The records as they would be sent now. */
  report(): readonly WolkvoxRecord[]
  /** From the next answer on, lets this go wrong; nothing when `undefined`. */
  setFault(fault: FaultName | undefined): void
  /** Ends it at once, calls under way included. */
  close(): Promise<void>
}

/**
 * Starts a simulated operation behind wolkvox's API. Rejects with a RangeError for options that cannot be, and with
 * Node's own error (such as code EADDRINUSE) when it cannot listen.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  checkOptions(options)
  const operation = openOperation(options)
  const app = createHttpServer()
  apiRoutes(app, operation)
  controlRoutes(app, operation)
  await app.listen({ host: options.host, port: options.port })
  const catchUp = setInterval(operation.now, catchUpIntervalMs).unref()
  return {
    url: urlOf(app.server.address() as AddressInfo),
    get calls() {
      return operation.gate.calls
    },
    get requests() {
      return operation.requests
    },
    report: operation.report,
    setFault: (fault) => {
      operation.fault = fault
    },
    close: async () => {
      clearInterval(catchUp)
      await app.close()
    },
  }
}

function openOperation(options: SimulatorOptions): Operation {
  const startSecond = parseTimeOfDay(options.startAt)
  const centre = new Centre(options)
  centre.advanceTo(startSecond)
  // Started only now: the simulated day must not run ahead while a large centre catches up with its morning.
  const clock = startClock(startSecond, options.speed)
  const now = () => {
    centre.advanceTo(clock())
    return centre.now
  }
  const operation: Operation = {
    token: options.token,
    gate: new Gate(options.licenses ?? options.agents),
    latencyMs: options.latencyMs ?? 0,
    now,
    report: () => {
      const moment = now()
      return withHolds(reportOf(centre.agents, moment), operation.holds, moment)
    },
    requests: 0,
    fault: undefined,
    holds: new Map(),
  }
  return operation
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
