import { describe, expect, it } from 'vitest'
import { agentRowFamilies } from '../../../src/reports/agents/families.ts'
import { simulatorDefaults, startSimulator, type WolkvoxRecord } from '../../../src/simulator/simulator.ts'
import { eventually } from '../../../tools/eventually.ts'
import { anEnvelope, aRecord } from '../../../tools/fixtures.ts'
import { answerWith, serveHttp } from '../../support/loopback-server.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'
import { startPrometheus } from '../../support/programs/prometheus.ts'
import { haveTools } from '../../support/programs/tools.ts'

const settings = {
  WOLKVOX_SERVER: simulatorDefaults.server,
  WOLKVOX_TOKEN: simulatorDefaults.token,
  WOLKVOX_OPERATION: 'ventas',
}

/** The value of a field, parsed independently of the code under test. */
function meaning(text: string): number | undefined {
  if (text === '' || text === '-') return undefined
  const clock = /^(\d+):(\d\d):(\d\d)$/.exec(text)
  if (clock !== null) return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])
  if (text.endsWith(' %')) return Number((Number(text.slice(0, -2).replaceAll(',', '')) / 100).toFixed(6))
  return Number(text)
}

const STATE_CATEGORIES: Readonly<Record<string, string>> = {
  READY: 'ready',
  TALK: 'talk',
  RING: 'ring',
  ACW: 'acw',
  Logout: 'logout',
}

type Prometheus = Awaited<ReturnType<typeof startPrometheus>>

/** All samples of a family as Prometheus has them, by agent_id. */
async function byAgent(prometheus: Prometheus, family: string) {
  const samples = await prometheus.query(family)
  return new Map(samples.map(({ labels, value }) => [labels.agent_id, { labels, value }]))
}

describe.skipIf(!haveTools('prometheus'))('a real Prometheus', () => {
  it('has every value of every family of every agent of the simulated contact centre', async () => {
    const simulator = await startSimulator({ ...simulatorDefaults, port: 0, agents: 200, speed: 0 })
    onTestFinished(() => simulator.close())
    const exporter = await startExporterProcess({ ...settings, WOLKVOX_BASE_URL: simulator.url })
    const prometheus = await startPrometheus(exporter.url)
    await eventually('scraped state of 200 agents', async () => {
      const states = await prometheus.query('wolkvox_agent_state')
      return states.length === 200 || undefined
    })
    const report = simulator.report()
    expect(report).toHaveLength(200)

    const [fetched] = await prometheus.query('wolkvox_last_success_timestamp_seconds')
    let compared = 0
    for (const { name, field } of agentRowFamilies) {
      const samples = await byAgent(prometheus, name)
      for (const record of report) {
        const expected = expectedValue(
          name,
          record[field as keyof WolkvoxRecord],
          fetched?.value ?? Number.NaN,
        )
        const sample = samples.get(record.agent_id)
        expect(sample?.value, `${name} of agent ${record.agent_id}`).toBe(expected)
        if (sample === undefined) continue
        const state = record.agent_status
        expect(sample.labels).toEqual({
          operation: 'ventas',
          agent_id: record.agent_id,
          agent_name: record.agent_name,
          ...(name === 'wolkvox_agent_state' && { state, category: STATE_CATEGORIES[state] ?? 'aux' }),
        })
        compared += 1
      }
    }
    // Agents not logged in today have no values. All others have all values.
    expect(compared).toBeGreaterThan(agentRowFamilies.length * 100)

    const perCategory = Object.fromEntries(
      (await prometheus.query('wolkvox_agents')).map(({ labels, value }) => [labels.category, value]),
    )
    const counted = { ready: 0, talk: 0, ring: 0, acw: 0, aux: 0, logout: 0, unknown: 0 }
    for (const { agent_status } of report) {
      counted[(STATE_CATEGORIES[agent_status] ?? 'aux') as keyof typeof counted] += 1
    }
    expect(perCategory).toEqual(counted)
    expect(await prometheus.query('sum by (operation) (wolkvox_rejected_values_total)')).toEqual([
      { labels: { operation: 'ventas' }, value: 0 },
    ])
    // Scrapes do not cause requests: wolkvox receives one in each interval.
    expect(simulator.requests).toBe(1)
  })

  it('reads names, states and operations of every kind as they were sent', async () => {
    const texts = [
      'a "quoted" name',
      'back\\slash \\n',
      'two\nlines',
      'ñandú 🧑‍💻',
      'half \ud800 a pair',
      '__proto__',
      'nul \u0000 and \u2028 within',
      '"} 1\nx{y="',
    ]
    const records = texts.map((text, index) =>
      aRecord({ agent_id: String(index), agent_name: text, agent_status: text }),
    )
    const url = await serveHttp(answerWith(anEnvelope(records)))
    const exporter = await startExporterProcess({ ...settings, WOLKVOX_BASE_URL: url })
    const prometheus = await startPrometheus(exporter.url)
    const samples = await eventually('scraped state', async () => {
      const found = await byAgent(prometheus, 'wolkvox_agent_state')
      return found.size > 0 ? found : undefined
    })
    const read = texts.map((_text, index) => samples.get(String(index))?.labels)
    expect(read.map((labels) => labels?.agent_name)).toEqual(texts.map((text) => text.toWellFormed()))
    expect(read.map((labels) => labels?.state)).toEqual(texts.map((text) => text.toWellFormed()))
  })
})

function expectedValue(name: string, text: string, fetchedAt: number): number | undefined {
  if (name === 'wolkvox_agent_state') return 1
  const value = meaning(text)
  if (name !== 'wolkvox_agent_state_start_timestamp_seconds' || value === undefined) return value
  return Number((fetchedAt - value).toFixed(3))
}
