import { describe, expect, it } from 'vitest'
import { startWolkvox } from '../faults/wolkvox.ts'
import { answerWith, aRecord } from '../helpers.ts'
import { type Notification, startAlerting } from './alerting.ts'
import { eventually, startExporterProcess } from './programs.ts'
import { haveTools } from './tools.ts'

/** A floor of 64, of whom the first so many have been on a break for 25 minutes. */
const floor = (onBreak: number) =>
  Array.from({ length: 64 }, (_, index) =>
    aRecord({
      agent_id: String(index),
      agent_name: `Cóndor ${index}`,
      ...(index < onBreak ? { agent_status: 'Break', time_state_now: '00:25:00' } : {}),
      // Neither too many calls nor too few.
      ...(index >= 24 ? { agent_status: 'TALK' } : {}),
    }),
  )

/** A wolkvox, an exporter in front of it that asks every second, and the whole chain up to the phone. */
async function startChain() {
  const wolkvox = await startWolkvox()
  await wolkvox.behave(floor(0))
  const exporter = await startExporterProcess({
    WOLKVOX_SERVER: '0042',
    WOLKVOX_TOKEN: 'test-token',
    WOLKVOX_BASE_URL: wolkvox.url,
    WOLKVOX_OPERATION: 'ventas',
    WOLKVOX_REFRESH_INTERVAL: '1s',
    WOLKVOX_STALE_AFTER: '10m',
  })
  const received = await startAlerting(exporter.url)
  const about = (alertname: string, status: string) =>
    received().find(({ groupLabels, status: its }) => groupLabels.alertname === alertname && its === status)
  return {
    wolkvox,
    exporter,
    received,
    arrival: (alertname: string, status: Notification['status']) =>
      eventually(`${status} message about ${alertname}`, () => about(alertname, status), 60_000),
  }
}

const names = (notifications: readonly Notification[]) => [
  ...new Set(notifications.map(({ groupLabels }) => groupLabels.alertname)),
]

describe.skipIf(!haveTools('prometheus', 'prometheus-alertmanager'))('somebody’s phone', () => {
  it('gets one message about twenty agents, which says who and what, and one when it is over', async () => {
    const { wolkvox, received, arrival } = await startChain()
    await wolkvox.behave(floor(20))
    const firing = await arrival('WolkvoxAgentAuxLong', 'firing')
    expect(firing.alerts).toHaveLength(20)
    expect(firing.groupLabels).toEqual({ alertname: 'WolkvoxAgentAuxLong', operation: 'ventas' })
    const one = firing.alerts.find(({ labels }) => labels.agent_id === '7')
    expect(one?.labels).toMatchObject({ severity: 'warning', agent_name: 'Cóndor 7', state: 'Break' })
    expect(one?.annotations.description).toBe(
      'Cóndor 7 (7, ventas) was in Break for 25m 0s at the last refresh.',
    )
    await wolkvox.behave(floor(0))
    const resolved = await arrival('WolkvoxAgentAuxLong', 'resolved')
    expect(resolved.alerts.map(({ status }) => status)).toEqual(firing.alerts.map(() => 'resolved'))
    expect(names(received())).toEqual(['WolkvoxAgentAuxLong'])
    expect(received()).toHaveLength(2)
  }, 120_000)

  it('hears of the cause, not of its effects: a token that is refused, then an exporter that is gone', async () => {
    const { wolkvox, exporter, received, arrival } = await startChain()
    const refusal = { code: '403', error: 'FORBIDDEN', msg: 'PLEASE VALIDATE TOKEN', data: null }
    await wolkvox.misbehave({ answer: answerWith(JSON.stringify(refusal), 403) })
    const refused = await arrival('WolkvoxTokenRefused', 'firing')
    expect(refused.alerts.map(({ labels, annotations }) => [labels.severity, annotations.summary])).toEqual([
      ['critical', 'wolkvox refuses the token of ventas.'],
    ])
    await wolkvox.behave(floor(0))
    await arrival('WolkvoxTokenRefused', 'resolved')

    exporter.process.kill('SIGKILL')
    const down = await arrival('WolkvoxExporterDown', 'firing')
    expect(down.alerts.map(({ labels }) => labels.severity)).toEqual(['critical'])
    expect(names(received())).toEqual(['WolkvoxTokenRefused', 'WolkvoxExporterDown'])
  }, 180_000)
})
