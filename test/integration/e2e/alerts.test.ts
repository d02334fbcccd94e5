import { describe, expect, it } from 'vitest'
import { haveTools } from '../../support/programs/tools.ts'
import { startChain, startSite } from './chain.ts'

const TOOLS = ['prometheus', 'prometheus-alertmanager']

describe.skipIf(!haveTools(...TOOLS))('notifications for supervisors', () => {
  it('receives one message that names twenty agents, and one when the alert is resolved', async () => {
    const ventas = await startSite('ventas')
    const { received, notifiedAlerts, waitForNotification } = await startChain([ventas])
    const [caller, writer, ...others] = ventas.simulator
      .report()
      .filter(({ agent_status }) => agent_status === 'TALK')
    const resting = others.slice(0, 20)
    await ventas.overrideState([caller?.agent_id ?? ''], 'RING', 90)
    await ventas.overrideState([writer?.agent_id ?? ''], 'ACW', 2400)
    await ventas.overrideState(
      resting.map(({ agent_id }) => agent_id),
      'Break',
      1500,
    )

    const aux = await waitForNotification('WolkvoxAgentAuxLong', 'ventas', 'firing')
    expect(aux.groupLabels).toEqual({ alertname: 'WolkvoxAgentAuxLong', operation: 'ventas' })
    expect(aux.alerts.map(({ labels, annotations }) => [labels.severity, annotations.description])).toEqual(
      resting.map(({ agent_id, agent_name }) => [
        'warning',
        `${agent_name} (${agent_id}, ventas) was in Break for 25m 0s at the last refresh.`,
      ]),
    )
    const acw = await waitForNotification('WolkvoxAgentAcwLong', 'ventas', 'firing')
    expect(acw.alerts.map(({ annotations }) => annotations.description)).toEqual([
      `${writer?.agent_name} (${writer?.agent_id}, ventas) was in ACW for 40m 0s at the last refresh.`,
    ])
    const ring = await waitForNotification('WolkvoxAgentRingLong', 'ventas', 'firing')
    expect(ring.alerts.map(({ annotations }) => annotations)).toEqual([
      expect.objectContaining({
        summary: `A call has been ringing at ${caller?.agent_name} for a long time.`,
        description: `${caller?.agent_name} (${caller?.agent_id}, ventas) was in RING for 1m 30s at the last refresh.`,
      }),
    ])

    await ventas.release()
    const over = await waitForNotification('WolkvoxAgentAuxLong', 'ventas', 'resolved')
    expect(over.alerts.map(({ status }) => status)).toEqual(resting.map(() => 'resolved'))
    await waitForNotification('WolkvoxAgentAcwLong', 'ventas', 'resolved')
    await waitForNotification('WolkvoxAgentRingLong', 'ventas', 'resolved')
    expect(notifiedAlerts().sort()).toEqual([
      'WolkvoxAgentAcwLong of ventas',
      'WolkvoxAgentAuxLong of ventas',
      'WolkvoxAgentRingLong of ventas',
    ])
    expect(received()).toHaveLength(6)
  }, 180_000)

  it('receives the cause without its effects: an invalid token, then an exporter that is down', async () => {
    const ventas = await startSite('ventas')
    const { notifiedAlerts, waitForNotification, inhibitor } = await startChain([ventas])
    await ventas.fail('invalid_token')
    const refused = await waitForNotification('WolkvoxTokenRefused', 'ventas', 'firing')
    expect(refused.alerts.map(({ labels, annotations }) => [labels.severity, annotations.summary])).toEqual([
      ['critical', 'wolkvox refuses the token of ventas for the report agents.'],
    ])
    expect(await inhibitor('WolkvoxRefreshFailing', 'ventas')).toBe('WolkvoxTokenRefused')
    await ventas.clearFault()
    await waitForNotification('WolkvoxTokenRefused', 'ventas', 'resolved')

    ventas.exporter.process.kill('SIGKILL')
    const down = await waitForNotification('WolkvoxExporterDown', undefined, 'firing')
    expect(down.alerts.map(({ labels }) => labels.severity)).toEqual(['critical'])
    expect(down.alerts[0]?.annotations.description).toContain('Operations served in the last week: ventas.')
    expect(notifiedAlerts()).toEqual(['WolkvoxTokenRefused of ventas', 'WolkvoxExporterDown'])
  }, 180_000)
})
