import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT, readText } from '../../../tools/files.ts'
import { runProgram } from '../../support/programs/program.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

interface Receiver {
  readonly name: string
  readonly [kind: `${string}_configs`]: readonly Readonly<Record<string, unknown>>[]
}

/** `alertmanager.yml` with the receivers that are comments there. */
const allReceivers = readText('alertmanager.yml').replace(/^ {2}# - name: .*\n(?: {2}#.*\n)*/gm, (receiver) =>
  receiver.replace(/^ {2}# /gm, '  '),
)

const receivers = (parse(allReceivers).receivers as readonly Receiver[]).flatMap(({ name, ...kinds }) =>
  Object.values(kinds).flatMap((configs) => configs.map((config) => ({ name, config }))),
)

it.each(receivers)('the receiver $name sends a notification when an alert is resolved', ({ config }) => {
  expect(config.send_resolved).toBe(true)
})

it.each(receivers.filter(({ name }) => name !== 'webhook'))(
  'the receiver $name has the title and the texts of alertmanager.tmpl',
  ({ name, config }) => {
    const used = [...JSON.stringify(config).matchAll(/wolkvox\.\w+/g)].map(([template]) => template).sort()
    const texts = name === 'pagerduty' ? ['wolkvox.firing', 'wolkvox.resolved'] : ['wolkvox.text']
    expect(used).toEqual([...texts, 'wolkvox.title'])
  },
)

it('alertmanager.yml has a receiver for each program that the README names', () => {
  expect(receivers.map(({ name }) => name)).toEqual([
    'webhook',
    'mail',
    'slack',
    'teams',
    'telegram',
    'pagerduty',
  ])
})

describe.skipIf(!haveTools('amtool'))('the texts of alertmanager.tmpl', () => {
  const alertOf = (agent: string, status: string) => ({
    status,
    labels: {
      alertname: 'WolkvoxAgentAuxLong',
      severity: 'warning',
      job: 'wolkvox',
      instance: 'e',
      operation: 'ventas',
      agent_id: agent,
      agent_name: 'Cóndor',
      state: 'Break',
      category: 'aux',
    },
    annotations: {
      summary: 'Cóndor has been in Break for a long time.',
      description: `Cóndor (${agent}, ventas) was in Break for 25m 0s at the last refresh.`,
      dashboard_url: '/d/wolkvox-agent-es',
    },
    startsAt: '2026-01-01T10:00:00Z',
    endsAt: '2026-01-01T10:12:34Z',
  })

  const render = (template: string, ...statuses: readonly string[]) =>
    renderGroup(
      template,
      { alertname: 'WolkvoxAgentAuxLong', operation: 'ventas' },
      statuses.map((status, index) => alertOf(`${index + 1}`, status)),
    )

  async function renderGroup(
    template: string,
    groupLabels: object,
    alerts: readonly { readonly status: string; readonly labels: object }[],
  ): Promise<string> {
    const isFiring = alerts.some(({ status }) => status === 'firing')
    const data = { status: isFiring ? 'firing' : 'resolved', alerts, groupLabels }
    const file = join(temporaryFolder(), 'data.json')
    writeFileSync(file, JSON.stringify(data))
    const { code, output } = await runProgram('amtool', [
      'template',
      'render',
      `--template.glob=${ROOT}alertmanager.tmpl`,
      `--template.text={{ template "${template}" . }}`,
      `--template.data=${file}`,
    ])
    expect(code, output).toBe(0)
    return output.trim()
  }

  const fires =
    'Cóndor (1, ventas) was in Break for 25m 0s at the last refresh. http://localhost:3000/d/wolkvox-agent-es'
  const isResolved = (agent: string) =>
    `No longer firing, after 12m34s, agent_id=${agent}, agent_name=Cóndor, instance=e, state=Break`

  it('describe a firing alert', async () => {
    expect(await render('wolkvox.title', 'firing')).toBe('FIRING: WolkvoxAgentAuxLong of ventas (1)')
    expect(await render('wolkvox.text', 'firing')).toBe(fires)
  })

  it('name the report of a resolved alert, but not the account, by which alerts are grouped', async () => {
    const alert = alertOf('1', 'resolved')
    const labels = {
      operation: 'ventas',
      account: '0042',
      report: 'token_info',
      instance: 'e',
      job: 'wolkvox',
    }
    const groupLabels = { alertname: 'WolkvoxRefreshFailing', operation: 'ventas', account: '0042' }
    expect(await renderGroup('wolkvox.title', groupLabels, [{ ...alert, labels }])).toBe(
      'RESOLVED: WolkvoxRefreshFailing of ventas',
    )
    expect(await renderGroup('wolkvox.text', groupLabels, [{ ...alert, labels }])).toBe(
      'No longer firing, after 12m34s, instance=e, report=token_info',
    )
  })

  it('name the account of an alert about the quota', async () => {
    const groupLabels = { alertname: 'WolkvoxQuotaExhausted', account: '0042' }
    const labels = { alertname: 'WolkvoxQuotaExhausted', account: '0042', instance: 'e', job: 'wolkvox' }
    const title = (status: string) =>
      renderGroup('wolkvox.title', groupLabels, [{ ...alertOf('1', status), labels }])
    expect(await title('firing')).toBe('FIRING: WolkvoxQuotaExhausted of the account 0042 (1)')
    expect(await title('resolved')).toBe('RESOLVED: WolkvoxQuotaExhausted of the account 0042')
  })

  it('do not repeat the description of a resolved alert', async () => {
    expect(await render('wolkvox.title', 'resolved')).toBe('RESOLVED: WolkvoxAgentAuxLong of ventas')
    expect(await render('wolkvox.text', 'resolved')).toBe(isResolved('1'))
  })

  it('separate firing and resolved alerts in one notification', async () => {
    expect(await render('wolkvox.title', 'firing', 'resolved')).toBe(
      'FIRING: WolkvoxAgentAuxLong of ventas (1, 1 resolved)',
    )
    expect(await render('wolkvox.text', 'firing', 'resolved')).toBe(`${fires}\n${isResolved('2')}`)
    expect(await render('wolkvox.firing', 'firing', 'resolved')).toBe(fires)
    expect(await render('wolkvox.resolved', 'firing', 'resolved')).toBe(isResolved('2'))
  })
})
