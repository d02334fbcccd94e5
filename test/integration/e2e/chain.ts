import { onTestFinished } from 'vitest'
import {
  type FaultName,
  type SimulatorOptions,
  simulatorDefaults,
  startSimulator,
} from '../../../src/simulator/simulator.ts'
import { eventually } from '../../support/programs/eventually.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'
import { type AlertingOptions, type Notification, startAlerting } from './alerting.ts'

/** A crew that brings no alert of its own, standing still: neither too many calls nor too few, nor too many breaks. */
const CALM = { ...simulatorDefaults, agents: 300, startAt: '11:00', speed: 0, port: 0 } as const

/** An operation: its exporter, and the simulated wolkvox that it asks every second, told what to do as anybody could. */
export type Link = Awaited<ReturnType<typeof startLink>>

export async function startLink(
  operation: string,
  environment: Record<string, string> = {},
  options: Partial<SimulatorOptions> = {},
  args: readonly string[] = [],
) {
  const simulator = await startSimulator({ ...CALM, ...options })
  onTestFinished(() => simulator.close())
  const exporter = await startExporterProcess(
    {
      WOLKVOX_SERVER: simulatorDefaults.server,
      WOLKVOX_TOKEN: simulatorDefaults.token,
      WOLKVOX_BASE_URL: simulator.url,
      WOLKVOX_OPERATION: operation,
      WOLKVOX_REFRESH_INTERVAL: '1s',
      WOLKVOX_STALE_AFTER: '10m',
      ...environment,
    },
    args,
  )
  async function tell(method: 'PUT' | 'DELETE', path: string, order?: object): Promise<void> {
    const response = await fetch(`${simulator.url}/simulator/${path}`, {
      method,
      ...(order && { body: JSON.stringify(order), headers: { 'content-type': 'application/json' } }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
  }
  return {
    simulator,
    exporter,
    fail: (fault: FaultName) => tell('PUT', 'fault', { fault }),
    mend: () => tell('DELETE', 'fault'),
    /** Overloads agents: they have been in this state for so many seconds. */
    hold: (agents: readonly string[], state: string, seconds: number) =>
      tell('PUT', 'agents', { agents, state, seconds }),
    release: () => tell('DELETE', 'agents'),
  }
}

/** The chain behind these operations, up to the phone. */
export async function startChain(links: readonly Link[], options?: AlertingOptions) {
  const alerting = await startAlerting(
    links.map(({ exporter }) => exporter.url),
    options,
  )
  const { received } = alerting
  const about = (alertname: string, operation: string | undefined, status: Notification['status']) =>
    received().find(
      ({ groupLabels, status: its }) =>
        groupLabels.alertname === alertname && groupLabels.operation === operation && its === status,
    )
  return {
    received,
    /** Of what and of whom the phone has been told, in the order of the first messages. */
    told: () => [
      ...new Set(
        received().map(({ groupLabels: { alertname, operation } }) =>
          operation === undefined ? alertname : `${alertname} of ${operation}`,
        ),
      ),
    ],
    /** The first such message. */
    arrival: (alertname: string, operation: string | undefined, status: Notification['status']) =>
      eventually(
        `${status} message about ${alertname} of ${operation}`,
        () => about(alertname, operation, status),
        60_000,
      ),
    /** The alert that Alertmanager sees as the cause of this one, which it keeps quiet. */
    inhibitor: (alertname: string, operation: string) =>
      eventually(
        `alert that silences ${alertname} of ${operation}`,
        () => alerting.inhibitorOf(alertname, operation),
        60_000,
      ),
  }
}
