import { aRecord } from './fixtures.ts'

/** Records of every report as wolkvox sends them, with every field. A new report needs some here. */
export const reportRecords: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  agents: [aRecord()],
  skills: [aSkill()],
  campaigns: [aCampaign()],
  latency: [...inList('by_agent', [anAgentConnection()]), ...inList('by_pbx', [aTrunk()])],
  chats: [aChatAgent()],
  interactions: [anInteractionAgent()],
  token_info: [aToken()],
}

type Overrides = Readonly<Record<string, unknown>>
type WolkvoxRecord = Readonly<Record<string, unknown>>

/** The records of a nested list, as the reader of responses names their fields. */
export function inList(list: string, records: readonly WolkvoxRecord[]): readonly WolkvoxRecord[] {
  return records.map((record) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [`${list}.${name}`, value])),
  )
}

/** A record of the report `skills`. */
export function aSkill(overrides: Overrides = {}): WolkvoxRecord {
  return {
    skill_id: '101',
    skill_name: 'Ventas',
    calls_in_queue_now: '3',
    stat_inbound: '1,250',
    stat_answer: '1,130',
    stat_abandon: '117',
    service_level_0seg: '0 %',
    service_level_10seg: '62 %',
    service_level_20seg: '81.5 %',
    service_level_30seg: '90.25 %',
    by_abandon: '9.36 %',
    ...overrides,
  }
}

/** A record of the report `campaigns`. */
export function aCampaign(overrides: Overrides = {}): WolkvoxRecord {
  return {
    campaign: '32841 - Cobranzas - Strategy (1)',
    speed: '3',
    status: 'started',
    skill_id: '101',
    records: '12,000',
    clean: '4,500',
    dial: '7,500',
    answer: '2,100',
    no_answer: '3,900',
    'busy/congestion/failed': '800',
    answer_machine: '700',
    penetration_day: '62.5 %',
    penetration_now: '58 %',
    hits: '410',
    calls_x_min: '27',
    recycled: '350',
    ...overrides,
  }
}

/** A record of `by_agent` in the report `latency`. */
export function anAgentConnection(overrides: Overrides = {}): WolkvoxRecord {
  return {
    agent_id: '1001-Cóndor 001',
    latency_ms: '87',
    ip: '192.0.2.7',
    version: '4.2.1',
    agent_status: 'READY',
    tx_jitter: '4',
    rx_jitter: '6',
    tx_ploss: '0.2%',
    rx_ploss: '0.5%',
    network_rejection: '0%',
    connection_type: 'Ethernet',
    platform: 'app',
    last_date: '2026-03-10 09:58:30',
    ...overrides,
  }
}

/** A record of `by_pbx` in the report `latency`. */
export function aTrunk(overrides: Overrides = {}): WolkvoxRecord {
  return {
    user: 'trunk-1',
    status: 'OK',
    tx_jitter: '2',
    rx_jitter: '3',
    tx_ploss: '0%',
    rx_ploss: '0.1%',
    ...overrides,
  }
}

/** A record of the report `chats`, with two chats. */
export function aChatAgent(overrides: Overrides = {}): WolkvoxRecord {
  const chat = (conn_id: string, channel: string, date: string) => ({
    conn_id,
    channel,
    connector_id: 'connector-1',
    customer_phone: '+00 000 000 0001',
    conversation: [{ from: 'customer', message: 'Fictitious text of a customer', date }],
  })
  return {
    agent_id: '1001',
    active_chats: [
      chat('c-1', 'whatsapp', '2026-03-10 09:40:00'),
      chat('c-2', 'webchat', '2026-03-10 09:55:00'),
    ],
    ...overrides,
  }
}

/** A record of the report `interactions`, with one interaction. */
export function anInteractionAgent(overrides: Overrides = {}): WolkvoxRecord {
  return {
    agent_id: '1001',
    active_interactions: [
      { conn_id: 'i-1', subject: 'Fictitious subject', fromname: 'Mango', date: '2026-03-10 09:30:00' },
    ],
    ...overrides,
  }
}

/** A record of the report `token_info`. */
export function aToken(overrides: Overrides = {}): WolkvoxRecord {
  return {
    description: 'Reports',
    token_limit: '5000',
    token_use_today: '1200',
    all_token_today: '2300',
    available_consumption_options: '3800',
    ...overrides,
  }
}
