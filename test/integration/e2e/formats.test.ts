import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { agentRowFamilies } from '../../../src/reports/agents/families.ts'
import { eventually } from '../../../tools/eventually.ts'
import { anEnvelope } from '../../../tools/fixtures.ts'
import { hostileNames } from '../../support/hostile-names.ts'
import { answerWith, serveHttp } from '../../support/loopback-server.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'
import { startPrometheus } from '../../support/programs/prometheus.ts'
import { haveTools } from '../../support/programs/tools.ts'

const AGENTS = 2 * hostileNames.length

const clock = (seconds: number) =>
  [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':')

const integer = (value: number) => ({ text: value.toLocaleString('en-US'), value })

const duration = (seconds: number) => ({ text: clock(seconds), value: seconds })

/** The value of each field for the agent with this number, and the family that exposes it. */
const fieldValues: Readonly<
  Record<string, readonly [family: string, (agent: number) => { text: string; value: number }]>
> = {
  calls: ['wolkvox_agent_calls', (agent) => integer(agent * 1000)],
  inbound: ['wolkvox_agent_inbound_calls', (agent) => integer(agent)],
  outbound: ['wolkvox_agent_outbound_calls', (agent) => integer(agent + 1)],
  internal: ['wolkvox_agent_internal_calls', () => integer(0)],
  time_state_now: [
    'wolkvox_agent_time_in_state_seconds',
    (agent) => ({ text: `${agent}.5`, value: agent + 0.5 }),
  ],
  ready_time: ['wolkvox_agent_ready_seconds', (agent) => duration(agent * 3601)],
  inbound_time: ['wolkvox_agent_inbound_seconds', (agent) => duration(agent * 59)],
  outbound_time: ['wolkvox_agent_outbound_seconds', (agent) => duration(agent * 60)],
  acw_time: ['wolkvox_agent_acw_seconds', (agent) => duration(agent * 61)],
  ring_time: ['wolkvox_agent_ring_seconds', (agent) => duration(agent)],
  login_time: ['wolkvox_agent_login_seconds', (agent) => duration(agent * 7199)],
  aht_time: ['wolkvox_agent_aht_seconds', (agent) => duration(agent + 200)],
  ocupation: [
    'wolkvox_agent_occupancy_ratio',
    (agent) => ({ text: `${agent}.25 %`, value: (agent * 100 + 25) / 1e4 }),
  ],
  aux_time: ['wolkvox_agent_aux_seconds', (agent) => duration(agent * 17)],
}

const agents = Array.from({ length: AGENTS }, (_, number) => ({
  number,
  id: String(number + 1000),
  name: hostileNames[number % hostileNames.length] ?? '',
}))

const records = agents.map(({ number, id, name }) => ({
  agent_id: id,
  agent_name: name,
  agent_status: name,
  ...Object.fromEntries(
    Object.entries(fieldValues).map(([field, [, valueFor]]) => [field, valueFor(number).text]),
  ),
}))

/** The expected samples in Prometheus, by family. */
function expectedSamples(fetchedAt: number) {
  const identified = (value: (agent: number) => number, further: (name: string) => object = () => ({})) =>
    agents.map(({ number, id, name }) => ({
      labels: { operation: 'ventas', agent_id: id, agent_name: name, ...further(name) },
      value: value(number),
    }))
  return {
    ...Object.fromEntries(
      Object.values(fieldValues).map(([family, valueFor]) => [
        family,
        identified((agent) => valueFor(agent).value),
      ]),
    ),
    wolkvox_agent_state_start_timestamp_seconds: identified((agent) =>
      Number((fetchedAt - agent - 0.5).toFixed(3)),
    ),
    wolkvox_agent_state: identified(
      () => 1,
      (name) => ({ state: name, category: 'aux' }),
    ),
  }
}

/**
 * A proxy between Prometheus and an exporter.
 *
 * @param accept replaces the Accept header of Prometheus
 * @returns its address, and the content types of the responses
 */
async function between(exporterUrl: string, accept?: string) {
  const types = new Set<string | undefined>()
  const url = await serveHttp((incoming, outgoing) => {
    const headers = accept === undefined ? incoming.headers : { ...incoming.headers, accept }
    request(`${exporterUrl}${incoming.url}`, { headers, agent: false }, (response) => {
      types.add(response.headers['content-type'])
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(outgoing)
    })
      .on('error', () => outgoing.destroy())
      .end()
  })
  return { url, types }
}

/** The units of some families, as Prometheus knows them. */
async function unitsOf({ get }: Awaited<ReturnType<typeof startPrometheus>>) {
  const metadata = (await get('metadata')) as Record<string, { unit: string }[]>
  const names = [
    'wolkvox_agent_acw_seconds',
    'wolkvox_agent_occupancy_ratio',
    'wolkvox_response_bytes',
    'process_cpu_seconds',
    'wolkvox_agent_calls',
  ]
  return Object.fromEntries(names.map((name) => [name, metadata[name]?.[0]?.unit ?? 'unknown']))
}

/** All samples of every family of agents, as Prometheus has them. */
async function scraped(prometheus: Awaited<ReturnType<typeof startPrometheus>>) {
  const families = agentRowFamilies.map(async ({ name }) => {
    const samples = await prometheus.query(name)
    const byId = samples.sort((a, b) => Number(a.labels.agent_id) - Number(b.labels.agent_id))
    return [name, byId] as const
  })
  return Object.fromEntries(await Promise.all(families))
}

describe.skipIf(!haveTools('prometheus'))('a real Prometheus, by text or by OpenMetrics', () => {
  it('has the same values and labels of every agent, and they are those that wolkvox sent', async () => {
    const wolkvox = await serveHttp(answerWith(anEnvelope(records)))
    const exporter = await startExporterProcess({
      WOLKVOX_SERVER: '0042',
      WOLKVOX_TOKEN: 'test-token',
      WOLKVOX_OPERATION: 'ventas',
      WOLKVOX_BASE_URL: wolkvox,
    })
    const ways = await Promise.all([between(exporter.url), between(exporter.url, 'text/plain;version=0.0.4')])
    const units: Record<string, string>[] = []
    const found = await Promise.all(
      ways.map(async ({ url }) => {
        const prometheus = await startPrometheus(url)
        await eventually(
          'scraped agents',
          async () => (await prometheus.query('wolkvox_agents')).length === 7 || undefined,
        )
        const [fetched] = await prometheus.query('wolkvox_last_success_timestamp_seconds')
        expect(await prometheus.query('up')).toEqual([{ labels: {}, value: 1 }])
        units.push(await unitsOf(prometheus))
        const samples = await scraped(prometheus)
        expect(samples).toEqual(expectedSamples(fetched?.value ?? Number.NaN))
        return samples
      }),
    )
    expect(found[0]).toEqual(found[1])
    // Only OpenMetrics has units.
    expect(units).toContainEqual({
      wolkvox_agent_acw_seconds: 'seconds',
      wolkvox_agent_occupancy_ratio: 'ratio',
      wolkvox_response_bytes: 'bytes',
      process_cpu_seconds: 'seconds',
      wolkvox_agent_calls: '',
    })
    expect(ways.map(({ types }) => [...types])).toEqual([
      ['application/openmetrics-text; version=1.0.0; charset=utf-8'],
      ['text/plain; version=0.0.4; charset=utf-8'],
    ])
  })
})
