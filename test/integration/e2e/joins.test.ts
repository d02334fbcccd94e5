import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reports } from '../../../src/reports/index.ts'
import { eventually } from '../../../tools/eventually.ts'
import { readText } from '../../../tools/files.ts'
import { aRecord, HASH_KEY } from '../../../tools/fixtures.ts'
import {
  aCampaign,
  aChatAgent,
  anAgentConnection,
  anInteractionAgent,
  aSkill,
} from '../../../tools/report-records.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'
import { startPrometheusWith } from '../../support/programs/prometheus.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { serveReports } from '../../support/recorded-wolkvox.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** Three agents. The reports write their ids in all known forms. */
const data = {
  agents: [
    aRecord({ agent_id: '1001', agent_name: 'Cóndor 001', agent_status: 'TALK' }),
    aRecord({ agent_id: 1002, agent_name: 'Mango-Pera', agent_status: 'READY' }),
    aRecord({ agent_id: '1003', agent_name: 'Uva', agent_status: 'TALK' }),
  ],
  skills: [
    aSkill({ skill_id: '101', skill_name: 'Ventas', calls_in_queue_now: '3' }),
    aSkill({ skill_id: '102', skill_name: 'Soporte', calls_in_queue_now: '4' }),
  ],
  campaigns: [
    aCampaign({ campaign: '32841 - Cobranzas', skill_id: '102' }),
    aCampaign({ campaign: '32842 - Encuesta', skill_id: '101', status: 'stopped' }),
  ],
  latency: [
    {
      by_agent: [
        anAgentConnection({
          agent_id: '1001-Cóndor 001',
          latency_ms: '87',
          rx_ploss: '2%',
          connection_type: 'Wifi',
        }),
        anAgentConnection({
          agent_id: '1002 - Mango-Pera',
          latency_ms: '40',
          rx_ploss: '5%',
          connection_type: 'Ethernet',
        }),
        anAgentConnection({ agent_id: '1003', latency_ms: '13', rx_ploss: '0%', connection_type: 'Wifi' }),
      ],
      by_ip: [],
      by_pbx: [],
    },
  ],
  chats: [aChatAgent({ agent_id: '1001-Cóndor 001' }), aChatAgent({ agent_id: '1003', active_chats: [] })],
  interactions: [
    anInteractionAgent({ agent_id: '1001' }),
    anInteractionAgent({ agent_id: '1002-Mango-Pera' }),
  ],
}

/** Without ready agents, and with calls that wait. */
const busy = { ...data, agents: data.agents.map((agent) => ({ ...agent, agent_status: 'TALK' })) }

const modes = ['plain', 'hash', 'omit'] as const

type Mode = (typeof modes)[number]

/** The label with the name of an agent. Prometheus has no empty labels. */
function nameLabel(name: string, mode: Mode): Readonly<Record<string, string>> {
  if (mode === 'omit') return {}
  const pseudonym = createHmac('sha256', HASH_KEY.reveal())
    .update(`${mode}\0name\0${name}`)
    .digest('hex')
    .slice(0, 16)
  return { agent_name: mode === 'plain' ? name : pseudonym }
}

type Result = Readonly<Record<string, string>>

/** The value of each series, without the label `operation`, by the title of the query. */
const expected: Readonly<Record<string, (mode: Mode) => readonly (readonly [Result, number])[]>> = {
  'The latency of agents who talk now, with their names': (mode) => [
    [{ agent_id: '1001', ...nameLabel('Cóndor 001', mode) }, 0.087],
    [{ agent_id: '1003', ...nameLabel('Uva', mode) }, 0.013],
  ],
  'Agents who talk while more than 1 % of the packets are lost in one direction': () => [
    [{ agent_id: '1001' }, 0.02],
  ],
  'The latency by type of connection': () => [
    [{ connection_type: 'Ethernet' }, 0.04],
    [{ connection_type: 'Wifi' }, 0.05],
  ],
  'Chats and interactions of each agent, with the name': (mode) => [
    [{ agent_id: '1001', ...nameLabel('Cóndor 001', mode) }, 3],
    [{ agent_id: '1002', ...nameLabel('Mango-Pera', mode) }, 1],
    [{ agent_id: '1003', ...nameLabel('Uva', mode) }, 0],
  ],
  'Chats for each ready agent': () => [[{}, 2]],
  'Waiting calls for each ready agent': () => [[{}, 7]],
  'Calls that wait while no agent is ready': () => [],
  'Waiting calls in the skill of each running campaign': () => [
    [{ campaign_id: '32841', campaign_name: 'Cobranzas', skill_id: '102', skill_name: 'Soporte' }, 4],
  ],
}

const section = readText('docs/metrics.md').split('### Joins of reports')[1] ?? ''
const queries = (/```promql\n(.*?)```/s.exec(section)?.[1] ?? '')
  .split(/^# /m)
  .slice(1)
  .map((text) => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n'))] as const)

/** An operation whose reports a real exporter serves. */
interface ServedOperation {
  readonly name: string
  readonly agentName: Mode
  readonly records: typeof data
}

/** Starts an exporter for each operation, and a Prometheus that has scraped all their reports. */
async function startPrometheusOf(operations: readonly ServedOperation[]) {
  const keyFile = join(temporaryFolder(), 'key')
  writeFileSync(keyFile, HASH_KEY.reveal())
  const exporters = await Promise.all(
    operations.map(async ({ name, agentName, records }) =>
      startExporterProcess({
        WOLKVOX_SERVER: '0042',
        WOLKVOX_TOKEN: 'test-token',
        WOLKVOX_OPERATION: name,
        WOLKVOX_AGENT_NAME: agentName,
        WOLKVOX_HASH_KEY_FILE: keyFile,
        WOLKVOX_REPORTS: reports
          .map((report) => report.name)
          .filter((report) => report in data)
          .join(','),
        WOLKVOX_BASE_URL: await serveReports(records),
      }),
    ),
  )
  const targets = exporters.map(({ url }) => `'${new URL(url).host}'`)
  const prometheus = await startPrometheusWith(`
  - job_name: wolkvox
    static_configs: [{ targets: [${targets.join(', ')}] }]
`)
  await eventually('all reports of all operations', async () => {
    const up = await prometheus.query('wolkvox_up == 1')
    return up.length === operations.length * Object.keys(data).length || undefined
  })
  return prometheus
}

const sorted = (results: readonly { labels: Result; value: number }[]) =>
  results.toSorted((some, others) => others.value - some.value)

describe('the documented joins', () => {
  it('are the tested ones', () => {
    expect(queries.map(([title]) => title)).toEqual(Object.keys(expected))
  })
})

describe.skipIf(!haveTools('prometheus'))('the documented joins on a real Prometheus', () => {
  it('have the expected result for each way of showing names', async () => {
    const prometheus = await startPrometheusOf(
      modes.map((mode) => ({ name: mode, agentName: mode, records: data })),
    )
    for (const [title, query] of queries) {
      const found = await prometheus.query(query)
      for (const mode of modes) {
        const results = found.flatMap(({ labels: { operation, ...labels }, value }) =>
          operation === mode ? [{ labels, value: Number(value.toFixed(6)) }] : [],
        )
        const wanted = (expected[title]?.(mode) ?? []).map(([labels, value]) => ({ labels, value }))
        expect(sorted(results), `${title}, ${mode}`).toEqual(sorted(wanted))
      }
    }
  })

  it('count the calls that wait while no agent is ready', async () => {
    const prometheus = await startPrometheusOf([
      { name: 'calm', agentName: 'plain', records: data },
      { name: 'busy', agentName: 'plain', records: busy },
    ])
    const query = new Map(queries).get('Calls that wait while no agent is ready') ?? ''
    expect(await prometheus.query(query)).toEqual([{ labels: { operation: 'busy' }, value: 7 }])
  })
})
