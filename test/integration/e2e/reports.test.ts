import { describe, expect, it } from 'vitest'
import { reports } from '../../../src/reports/index.ts'
import { simulatorDefaults, startSimulator } from '../../../src/simulator/simulator.ts'
import { eventually } from '../../../tools/eventually.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'
import { startPrometheus } from '../../support/programs/prometheus.ts'
import { haveTools } from '../../support/programs/tools.ts'

const REPORTS = reports.map(({ name }) => name)

// Their own tests compare each value.
const COMPARED_ELSEWHERE = ['agents', 'token_info']

type Json = Readonly<Record<string, string>>

/** The labels of a series without its operation, in alphabetical order. For Prometheus, an empty label is no label. */
function seriesOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).filter(([label, text]) => label !== 'operation' && text !== '')
  return JSON.stringify(Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1))))
}

// The values of the simulator, parsed independently of the code under test.
const count = (text: string) => Number(text.replaceAll(',', ''))
const percentage = (text: string) => count(text.replace(/ ?%$/, '')) / 100
const milliseconds = (text: string) => Number(text) / 1000
// America/Bogota has no daylight saving time.
const bogotaTime = (text: string) => Date.parse(`${text.replace(' ', 'T')}-05:00`) / 1000

/** `12345-NAME` as the labels of an agent. */
function agentLabels(text: string) {
  const [id = '', ...name] = text.split('-')
  return { agent_id: id.trim(), agent_name: name.join('-').trim() }
}

type Row = readonly [name: string, labels: Readonly<Record<string, string>>, value: number]

function skillRows(skills: readonly Json[]): Row[] {
  return skills.flatMap((skill): Row[] => {
    const labels = { skill_id: skill.skill_id ?? '', skill_name: skill.skill_name ?? '' }
    const levels = Object.entries(skill).flatMap(([field, text]): Row[] => {
      const [, threshold_seconds] = /^service_level_([1-9]\d*)seg$/.exec(field) ?? []
      return threshold_seconds === undefined
        ? []
        : [['wolkvox_skill_service_level_ratio', { ...labels, threshold_seconds }, percentage(text)]]
    })
    return [
      ['wolkvox_skill_queued_calls', labels, count(skill.calls_in_queue_now ?? '')],
      ['wolkvox_skill_inbound_calls', labels, count(skill.stat_inbound ?? '')],
      ['wolkvox_skill_answered_calls', labels, count(skill.stat_answer ?? '')],
      ['wolkvox_skill_abandoned_calls', labels, count(skill.stat_abandon ?? '')],
      ['wolkvox_skill_abandoned_ratio', labels, percentage(skill.by_abandon ?? '')],
      ...levels,
    ]
  })
}

function campaignRows(campaigns: readonly Json[]): Row[] {
  return campaigns.flatMap((campaign): Row[] => {
    const [campaign_id = '', ...rest] = (campaign.campaign ?? '').split(' - ')
    const labels = { campaign_id, campaign_name: rest.join(' - ') }
    const result = (name: string, field: string): Row => [
      'wolkvox_campaign_results',
      { ...labels, result: name },
      count(campaign[field] ?? ''),
    ]
    const penetration = (window: string, field: string): Row => [
      'wolkvox_campaign_penetration_ratio',
      { ...labels, window },
      percentage(campaign[field] ?? ''),
    ]
    return [
      ['wolkvox_campaign_info', { ...labels, skill_id: campaign.skill_id ?? '' }, 1],
      ['wolkvox_campaign_running', labels, campaign.status === 'started' ? 1 : 0],
      ['wolkvox_campaign_records', labels, count(campaign.records ?? '')],
      ['wolkvox_campaign_remaining_records', labels, count(campaign.clean ?? '')],
      ['wolkvox_campaign_dialed_records', labels, count(campaign.dial ?? '')],
      result('answered', 'answer'),
      result('no_answer', 'no_answer'),
      result('failed', 'busy/congestion/failed'),
      result('answering_machine', 'answer_machine'),
      ['wolkvox_campaign_hits', labels, count(campaign.hits ?? '')],
      penetration('day', 'penetration_day'),
      penetration('now', 'penetration_now'),
      ['wolkvox_campaign_recycled_records', labels, count(campaign.recycled ?? '')],
      ['wolkvox_campaign_dial_rate', labels, count(campaign.calls_x_min ?? '') / 60],
    ]
  })
}

function latencyRows(byAgent: readonly Json[], byPbx: readonly Json[]): Row[] {
  const agents = byAgent.flatMap((agent): Row[] => {
    const labels = agentLabels(agent.agent_id ?? '')
    const client = {
      connection_type: agent.connection_type ?? '',
      platform: agent.platform ?? '',
      version: agent.version ?? '',
    }
    return [
      ['wolkvox_agent_network_latency_seconds', labels, milliseconds(agent.latency_ms ?? '')],
      ['wolkvox_agent_network_rejection_ratio', labels, percentage(agent.network_rejection ?? '')],
      ['wolkvox_agent_network_measured_timestamp_seconds', labels, bogotaTime(agent.last_date ?? '')],
      ['wolkvox_agent_client_info', { ...labels, ...client }, 1],
      ...directionRows('wolkvox_agent_network', labels, agent),
    ]
  })
  return [...agents, ...byPbx.flatMap((pbx) => directionRows('wolkvox_pbx', { pbx: pbx.user ?? '' }, pbx))]
}

function directionRows(prefix: string, labels: Readonly<Record<string, string>>, record: Json): Row[] {
  return ['rx', 'tx'].flatMap((direction): Row[] => [
    [`${prefix}_jitter_seconds`, { ...labels, direction }, milliseconds(record[`${direction}_jitter`] ?? '')],
    [`${prefix}_packet_loss_ratio`, { ...labels, direction }, percentage(record[`${direction}_ploss`] ?? '')],
  ])
}

interface ChatAgent {
  readonly agent_id: string
  readonly active_chats: readonly {
    readonly channel: string
    readonly conversation: readonly Json[]
  }[]
}

/** Names of agents are compared elsewhere: these reports have none. */
function chatRows(agents: readonly ChatAgent[]): Row[] {
  return agents.flatMap(({ agent_id, active_chats }): Row[] => {
    const labels = agentLabels(agent_id)
    if (active_chats.length === 0) return [['wolkvox_agent_active_chats', { ...labels, channel: 'none' }, 0]]
    const byChannel = Map.groupBy(active_chats, ({ channel }) => channel)
    const dates = active_chats.flatMap(({ conversation }) =>
      conversation.map(({ date }) => bogotaTime(date ?? '')),
    )
    return [
      ...[...byChannel].map(
        ([channel, chats]): Row => ['wolkvox_agent_active_chats', { ...labels, channel }, chats.length],
      ),
      ...(dates.length > 0
        ? [['wolkvox_agent_oldest_chat_start_timestamp_seconds', labels, Math.min(...dates)] as const]
        : []),
    ]
  })
}

interface InteractionAgent {
  readonly agent_id: string
  readonly active_interactions: readonly unknown[]
}

const interactionRows = (agents: readonly InteractionAgent[]): Row[] =>
  agents.map(({ agent_id, active_interactions }) => [
    'wolkvox_agent_active_interactions',
    agentLabels(agent_id),
    active_interactions.length,
  ])

describe.skipIf(!haveTools('prometheus'))('a real Prometheus', () => {
  it('has every value of every report of the simulated contact centre', async () => {
    const simulator = await startSimulator({ ...simulatorDefaults, port: 0, agents: 120, speed: 0 })
    onTestFinished(() => simulator.close())
    const exporter = await startExporterProcess({
      WOLKVOX_SERVER: simulatorDefaults.server,
      WOLKVOX_TOKEN: simulatorDefaults.token,
      WOLKVOX_BASE_URL: simulator.url,
      WOLKVOX_OPERATION: 'ventas',
      WOLKVOX_REPORTS: REPORTS.join(','),
      WOLKVOX_SERVICE_LEVEL_SECONDS: '40',
    })
    const startedAt = Date.now()
    const secondsBetween = () => Math.ceil((Date.now() - startedAt) / 1000)
    const prometheus = await startPrometheus(exporter.url)
    await eventually(
      'scraped reports',
      async () => {
        const up = await prometheus.query('wolkvox_up == 1')
        return up.length === REPORTS.length || undefined
      },
      60_000,
    )

    // The simulated clock stands still, so the simulator repeats what the exporter has got.
    async function recordsOf<T>(query: string): Promise<T> {
      const response = await fetch(`${simulator.url}/api/v2/real_time.php?api=${query}`, {
        headers: { 'wolkvox-token': simulatorDefaults.token },
      })
      return ((await response.json()) as { readonly data: T }).data
    }
    const [lists] = await recordsOf<{ by_agent: Json[]; by_pbx: Json[] }[]>('latency')
    const rows = [
      ...skillRows(await recordsOf('skills&skill_id=all&services_time=40')),
      ...campaignRows(await recordsOf('campaigns')),
      ...latencyRows(lists?.by_agent ?? [], lists?.by_pbx ?? []),
      ...chatRows(await recordsOf('chats')),
      ...interactionRows(await recordsOf('interactions')),
    ]
    const byFamily = Map.groupBy(rows, ([name]) => name)
    const compared = reports.filter(({ name }) => !COMPARED_ELSEWHERE.includes(name))
    expect(new Set(byFamily.keys())).toEqual(
      new Set(compared.flatMap(({ families }) => families.map(({ name }) => name))),
    )
    for (const [name, ofFamily] of byFamily) {
      const found = new Map(
        (await prometheus.query(name)).map(({ labels, value }) => [seriesOf(labels), value]),
      )
      const wanted = new Map(ofFamily.map(([, labels, value]) => [seriesOf(labels), value]))
      expect(new Set(found.keys()), name).toEqual(new Set(wanted.keys()))
      for (const [series, value] of wanted) {
        // Dates of the simulator follow the wall clock, so the second request has later ones.
        const tolerance = name.endsWith('_timestamp_seconds') ? secondsBetween() : 1e-9
        expect(Math.abs((found.get(series) ?? Number.NaN) - value), `${name}${series}`).toBeLessThanOrEqual(
          tolerance,
        )
      }
    }
    expect(await prometheus.query('sum(wolkvox_rejected_values_total)')).toEqual([{ labels: {}, value: 0 }])
    expect(await prometheus.query('sum(wolkvox_rejected_records_total)')).toEqual([{ labels: {}, value: 0 }])
    expect(await prometheus.query('wolkvox_missing_field')).toEqual([])
  }, 90_000)
})
