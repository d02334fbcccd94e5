import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../../tools/eventually.ts'
import { ROOT, readText } from '../../../tools/files.ts'
import { freePort } from '../../../tools/free-port.ts'
import { serveHttp } from '../../support/loopback-server.ts'
import { startServer } from '../../support/programs/server.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** The part of Slack's message that alertmanager.yml sets. */
interface Message {
  readonly attachments: readonly { readonly title: string; readonly text: string }[]
}

/** An alert in the response of Alertmanager's API. */
interface KnownAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly status: { readonly inhibitedBy: readonly string[] }
}

/** alertmanager.yml with its Slack receiver enabled, which sends to this URL without waiting. */
function slackConfig(url: string): string {
  const [before = '', receivers = ''] = readText('alertmanager.yml').split('  # - name: slack\n')
  const [commented = ''] = receivers.split('\n\n')
  const slackReceiver = `  - name: slack\n${commented.replace(/^ {2}# /gm, '  ')}\n`
  return (before + slackReceiver)
    .replace('receiver: webhook', 'receiver: slack')
    .replace('api_url_file: /run/secrets/slack', `api_url: ${url}`)
    .replace(/group_wait: \d+s/g, 'group_wait: 0s')
    .replace(/group_interval: \d+m/, 'group_interval: 1s')
}

/** Starts Alertmanager with this configuration. */
async function startAlertmanager(config: string) {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'alertmanager.yml'), config)
  cpSync(`${ROOT}alertmanager.tmpl`, join(folder, 'alertmanager.tmpl'))
  const address = `127.0.0.1:${await freePort()}`
  await startServer(`http://${address}`, 'prometheus-alertmanager', [
    `--config.file=${join(folder, 'alertmanager.yml')}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
  ])
  const url = `http://${address}/api/v2/alerts`
  return {
    send: async (...alerts: readonly object[]) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(alerts) })
      expect(response.status).toBe(200)
    },
    known: async () => (await (await fetch(url)).json()) as readonly KnownAlert[],
  }
}

describe.skipIf(!haveTools('prometheus-alertmanager'))('the inhibitions of Alertmanager', () => {
  it.each([
    ['WolkvoxTokenRefused', { operation: 'ventas', report: 'agents' }, ['ventas agents']],
    ['WolkvoxDataStale', { operation: 'ventas', report: 'agents', account: '0042' }, ['ventas agents']],
    ['WolkvoxQuotaExhausted', { account: '0042' }, ['soporte agents', 'ventas agents', 'ventas token_info']],
  ])('%s inhibits only the failures that it causes', async (alertname, labels, inhibited) => {
    const { send, known } = await startAlertmanager(readText('alertmanager.yml'))
    const ofTarget = { job: 'wolkvox', instance: 'e' }
    const failing = (operation: string, report: string, account: string) => ({
      labels: { ...ofTarget, alertname: 'WolkvoxRefreshFailing', operation, report, account },
    })
    await send(
      { labels: { ...ofTarget, alertname, ...labels } },
      failing('ventas', 'agents', '0042'),
      failing('ventas', 'token_info', '0042'),
      failing('soporte', 'agents', '0042'),
      failing('cobranza', 'agents', '0099'),
    )
    // The inhibitor learns of new alerts with a delay.
    const found = await eventually('inhibited alerts', async () => {
      const names = (await known())
        .filter(({ status }) => status.inhibitedBy.length > 0)
        .map((alert) => `${alert.labels.operation} ${alert.labels.report}`)
      return names.length >= inhibited.length ? names.sort() : undefined
    })
    expect(found).toEqual(inhibited)
  })

  it.each([
    ['WolkvoxQuotaExhausted', ['WolkvoxQuotaForecast', 'WolkvoxQuotaNearlyExhausted', 'WolkvoxQuotaShort']],
    ['WolkvoxQuotaShort', ['WolkvoxQuotaForecast', 'WolkvoxQuotaNearlyExhausted']],
  ])('%s is the only alert about the quota of its account', async (alertname, inhibited) => {
    const { send, known } = await startAlertmanager(readText('alertmanager.yml'))
    const alert = (name: string, account: string) => ({
      labels: { alertname: name, job: 'wolkvox', instance: 'e', account },
    })
    await send(
      alert(alertname, '0042'),
      ...inhibited.flatMap((name) => [alert(name, '0042'), alert(name, '0099')]),
    )
    const found = await eventually('inhibited alerts', async () => {
      const inhibitedAlerts = (await known()).filter(
        ({ status, labels }) => status.inhibitedBy.length > 0 && labels.account === '0042',
      )
      return inhibitedAlerts.length >= inhibited.length
        ? inhibitedAlerts.map(({ labels }) => labels.alertname).sort()
        : undefined
    })
    expect(found).toEqual(inhibited)
  })
})

describe.skipIf(!haveTools('prometheus-alertmanager'))('a notification of Alertmanager', () => {
  it('names the problem with a link, and later the resolved alerts', async () => {
    const messages: Message[] = []
    const slack = await serveHttp(async (request, response) => {
      messages.push(JSON.parse(Buffer.concat(await request.toArray()).toString()))
      response.end('ok')
    })
    const { send } = await startAlertmanager(slackConfig(slack))
    const startsAt = Date.now() - 754_000
    const alertOf = (agent: string, endsAt?: number) => ({
      labels: { alertname: 'WolkvoxAgentAuxLong', operation: 'ventas', severity: 'warning', agent_id: agent },
      annotations: {
        summary: `${agent} has been in Break for a long time.`,
        description: `${agent} was in Break for 25m 0s at the last refresh.`,
        dashboard_url: `/d/wolkvox-agent-es?var-agent=${agent}`,
      },
      startsAt: new Date(startsAt).toISOString(),
      ...(endsAt !== undefined && { endsAt: new Date(endsAt).toISOString() }),
    })
    /** The lines of the first message with this title. */
    const linesOf = async (title: string) => {
      const sent = await eventually(`message ${title}`, () =>
        messages.flatMap(({ attachments }) => attachments).find((one) => one.title === title),
      )
      return sent.text.trim().split('\n').sort()
    }

    await send(alertOf('Uno'), alertOf('Dos'))
    const fires = (agent: string) =>
      `${agent} was in Break for 25m 0s at the last refresh. http://localhost:3000/d/wolkvox-agent-es?var-agent=${agent}`
    const isOver = (agent: string) => `No longer firing, after 12m34s, agent_id=${agent}`
    const subject = 'WolkvoxAgentAuxLong of ventas'
    expect(await linesOf(`FIRING: ${subject} (2)`)).toEqual([fires('Dos'), fires('Uno')])
    await send(alertOf('Uno', startsAt + 754_000))
    expect(await linesOf(`FIRING: ${subject} (1, 1 resolved)`)).toEqual([fires('Dos'), isOver('Uno')])
    await send(alertOf('Dos', startsAt + 754_000))
    expect(await linesOf(`RESOLVED: ${subject}`)).toEqual([isOver('Dos')])
  }, 60_000)
})
