import {
  type FaultName,
  type SimulatorOptions,
  simulatorDefaults,
  startSimulator,
} from '../../../src/simulator/simulator.ts'
import { eventually } from '../../../tools/eventually.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'
import { type AlertingOptions, type Notification, startAlerting, subjectOf } from './alerting.ts'

/** A centre with a stopped clock that causes no alerts: a normal number of calls and breaks. */
const CALM = { ...simulatorDefaults, agents: 300, startAt: '11:00', speed: 0, port: 0 } as const

/** An operation: its exporter, and the simulated wolkvox that it fetches from every second, with the public controls. */
export type SimulatedSite = Awaited<ReturnType<typeof startSite>>

export async function startSite(
  operation: string,
  environment: Record<string, string> = {},
  options: Partial<SimulatorOptions> = {},
  prepareArgs: (baseUrl: string) => readonly string[] | Promise<readonly string[]> = () => [],
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
    await prepareArgs(simulator.url),
  )
  async function control(method: 'PUT' | 'DELETE', path: string, order?: object): Promise<void> {
    const response = await fetch(`${simulator.url}/simulator/${path}`, {
      method,
      ...(order && { body: JSON.stringify(order), headers: { 'content-type': 'application/json' } }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
  }
  return {
    simulator,
    exporter,
    fail: (fault: FaultName) => control('PUT', 'fault', { fault }),
    clearFault: () => control('DELETE', 'fault'),
    /** Replaces the state of agents: they have been in this state for so many seconds. */
    overrideState: (agents: readonly string[], state: string, seconds: number) =>
      control('PUT', 'agents', { agents, state, seconds }),
    release: () => control('DELETE', 'agents'),
  }
}

/** The chain behind these operations, up to the webhook receiver. */
export async function startChain(sites: readonly SimulatedSite[], options?: AlertingOptions) {
  const alerting = await startAlerting(
    sites.map(({ exporter }) => exporter.url),
    options,
  )
  const { received } = alerting
  const about = (alertname: string, subject: string | undefined, status: Notification['status']) =>
    received().find(
      ({ groupLabels, status: its }) =>
        groupLabels.alertname === alertname && subjectOf(groupLabels) === subject && its === status,
    )
  return {
    received,
    /** The alerts and operations in the messages, in the order of the first messages. */
    notifiedAlerts: () => [
      ...new Set(
        received().map(({ groupLabels }) => {
          const subject = subjectOf(groupLabels)
          return subject === undefined ? groupLabels.alertname : `${groupLabels.alertname} of ${subject}`
        }),
      ),
    ],
    /** The first such message. @param subject an operation, or an account for alerts about the quota */
    waitForNotification: (alertname: string, subject: string | undefined, status: Notification['status']) =>
      eventually(
        `${status} message about ${alertname} of ${subject}`,
        () => about(alertname, subject, status),
        60_000,
      ),
    /** The name of the alert that inhibits this one in Alertmanager. */
    inhibitor: (alertname: string, subject: string) =>
      eventually(
        `alert that inhibits ${alertname} of ${subject}`,
        () => alerting.inhibitorOf(alertname, subject),
        60_000,
      ),
  }
}
