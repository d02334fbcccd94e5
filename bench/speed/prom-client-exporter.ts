// A simple exporter: gauges of prom-client, rendered for each scrape.
// Arguments: the path of wolkvox's response, and when it was fetched, in milliseconds since 1970.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import { Gauge, Registry } from 'prom-client'
import type { WolkvoxRecord } from '../../src/simulator/centre/report.ts'

const [file = '', fetchedAt = ''] = process.argv.slice(2)
const { data } = JSON.parse(readFileSync(file, 'utf8')) as { readonly data: readonly WolkvoxRecord[] }

const LABELS = ['operation', 'agent_id', 'agent_name']
const STATE_LABELS = [...LABELS, 'state', 'category']

const registry = new Registry()
const gauge = (name: string, labelNames = LABELS) =>
  new Gauge<string>({ name: `wolkvox_agent_${name}`, help: name, labelNames, registers: [registry] })

function seconds(text: string): number {
  return text.split(':').reduce((sum, part) => 60 * sum + Number(part), 0)
}

// Rounded to 15 digits, because 76.38 / 100 is 0.7637999999999999.
const ratio = (text: string) => Number((Number(text.replace(/[,% ]/g, '')) / 100).toPrecision(15))

const stateStart = (text: string) => (Number(fetchedAt) - 1000 * Number(text)) / 1000

const families: readonly (readonly [Gauge<string>, keyof WolkvoxRecord, (text: string) => number])[] = [
  [gauge('calls'), 'calls', Number],
  [gauge('inbound_calls'), 'inbound', Number],
  [gauge('outbound_calls'), 'outbound', Number],
  [gauge('internal_calls'), 'internal', Number],
  [gauge('time_in_state_seconds'), 'time_state_now', Number],
  [gauge('state_start_timestamp_seconds'), 'time_state_now', stateStart],
  [gauge('ready_seconds'), 'ready_time', seconds],
  [gauge('inbound_seconds'), 'inbound_time', seconds],
  [gauge('outbound_seconds'), 'outbound_time', seconds],
  [gauge('acw_seconds'), 'acw_time', seconds],
  [gauge('ring_seconds'), 'ring_time', seconds],
  [gauge('login_seconds'), 'login_time', seconds],
  [gauge('aht_seconds'), 'aht_time', seconds],
  [gauge('occupancy_ratio'), 'ocupation', ratio],
  [gauge('aux_seconds'), 'aux_time', seconds],
]
const stateGauge = gauge('state', STATE_LABELS)

const CATEGORIES: Readonly<Record<string, string>> = {
  READY: 'ready',
  TALK: 'talk',
  ACW: 'acw',
  RING: 'ring',
}

for (const record of data) {
  const { agent_id, agent_name, agent_status: state } = record
  const labels = { operation: '0042', agent_id, agent_name }
  for (const [family, field, read] of families) family.set(labels, read(record[field]))
  stateGauge.set({ ...labels, state, category: CATEGORIES[state] ?? 'aux' }, 1)
}

const app = Fastify()
app.get('/metrics', async (_request, reply) =>
  reply.type(registry.contentType).send(await registry.metrics()),
)
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
