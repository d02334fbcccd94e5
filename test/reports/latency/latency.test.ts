import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { latency } from '../../../src/reports/latency/index.ts'
import { readReport } from '../../../src/reports/read-report.ts'
import { anEnvelope, anOperation, HASH_KEY } from '../../../tools/fixtures.ts'
import { anAgentConnection, aTrunk } from '../../../tools/report-records.ts'
import { FETCHED_AT } from '../../support/agents.ts'
import { CLEAN, emptyBodies, readBody, readData } from '../../support/read-body.ts'

const agent = 'agent_id="1001",agent_name="Cóndor 001"'
const info = (connection: string, platform: string, version: string) =>
  `wolkvox_agent_client_info{${agent},connection_type="${connection}",platform="${platform}",version="${version}"} 1`

/** The documented table of `by_agent`: field, line for `anAgentConnection`. 09:58:30 in Bogotá is 14:58:30 UTC. */
const ofAgent = [
  ['latency_ms', `wolkvox_agent_network_latency_seconds{${agent}} 0.087`],
  ['rx_jitter', `wolkvox_agent_network_jitter_seconds{${agent},direction="rx"} 0.006`],
  ['tx_jitter', `wolkvox_agent_network_jitter_seconds{${agent},direction="tx"} 0.004`],
  ['rx_ploss', `wolkvox_agent_network_packet_loss_ratio{${agent},direction="rx"} 0.005`],
  ['tx_ploss', `wolkvox_agent_network_packet_loss_ratio{${agent},direction="tx"} 0.002`],
  ['network_rejection', `wolkvox_agent_network_rejection_ratio{${agent}} 0`],
  [
    'last_date',
    `wolkvox_agent_network_measured_timestamp_seconds{${agent}} ${Date.UTC(2026, 2, 10, 14, 58, 30) / 1000}`,
  ],
  ['connection_type', info('Ethernet', 'app', '4.2.1')],
] as const

const numeric = ofAgent.filter(([field]) => field !== 'connection_type')

/** The documented table of `by_pbx`: field, line for `aTrunk`. */
const ofTrunk = [
  ['rx_jitter', 'wolkvox_pbx_jitter_seconds{pbx="trunk-1",direction="rx"} 0.003'],
  ['tx_jitter', 'wolkvox_pbx_jitter_seconds{pbx="trunk-1",direction="tx"} 0.002'],
  ['rx_ploss', 'wolkvox_pbx_packet_loss_ratio{pbx="trunk-1",direction="rx"} 0.001'],
  ['tx_ploss', 'wolkvox_pbx_packet_loss_ratio{pbx="trunk-1",direction="tx"} 0'],
] as const

const agentLines = ofAgent.map(([, line]) => line)
const trunkLines = ofTrunk.map(([, line]) => line)
const all = [...agentLines, ...trunkLines]

const addresses = [
  { ip: '192.0.2.7', latency_ms: '87' },
  { ip: '2001:db8::7', latency_ms: 'x' },
]

/** Reads a response with these records in its lists. */
const read = (by_agent: unknown, by_pbx: unknown = [aTrunk()]) =>
  readData('latency', [{ by_agent, by_ip: addresses, by_pbx }])

const readAgent = (fields: object) => read([anAgentConnection({ ...fields })], [])

/** The lines of an agent, with the line of this field replaced. */
const withLines = (field: string, ...lines: readonly string[]) =>
  ofAgent.flatMap(([name, line]) => (name === field ? lines : [line]))

const withValue = (field: string, value: string) =>
  ofAgent.map(([name, line]) => (name === field ? line.replace(/[^ ]+$/, value) : line))

const lists = { by_agent: [anAgentConnection()], by_ip: addresses, by_pbx: [aTrunk()] }

describe('latency', () => {
  it.each([
    ['an object in a list, as documented', anEnvelope([lists])],
    ['an object', anEnvelope(lists)],
    ['a bare list', JSON.stringify([lists])],
    ['a bare object', JSON.stringify(lists)],
    ['members of the envelope', JSON.stringify({ code: 200, error: null, ...lists })],
    [
      'numbers as keys',
      anEnvelope({
        0: { by_agent: { 0: lists.by_agent[0] }, by_ip: addresses, by_pbx: { 3: lists.by_pbx[0] } },
      }),
    ],
    ['single records', anEnvelope([{ ...lists, by_agent: lists.by_agent[0], by_pbx: lists.by_pbx[0] }])],
    ['another order', anEnvelope([{ by_ip: addresses, by_agent: lists.by_agent, by_pbx: lists.by_pbx }])],
    [
      'an object for each list',
      anEnvelope([{ by_agent: lists.by_agent }, { by_ip: addresses }, { by_pbx: lists.by_pbx }]),
    ],
    [
      'names in upper case',
      anEnvelope([lists])
        .replace(/"\w+":/g, (name) => name.toUpperCase())
        .replace('"CODE"', '"code"')
        .replace('"DATA"', '"data"'),
    ],
  ])('comes out with every field: %s', async (_form, body) => {
    expect(await readBody('latency', body)).toEqual({ lines: all, ...CLEAN })
  })

  it.each([
    ...emptyBodies,
    ...[[], '', null, {}].map((none) => anEnvelope([{ by_agent: none, by_ip: none, by_pbx: none }])),
  ])('can be none: %s', async (body) => {
    expect(await readBody('latency', body)).toEqual({ lines: [], ...CLEAN })
  })

  it('can have only agents or only trunks, and no field is missing then', async () => {
    expect(await read([anAgentConnection()], [])).toEqual({ lines: agentLines, ...CLEAN })
    expect(await read(null)).toEqual({ lines: trunkLines, ...CLEAN })
  })

  it('never reads by_ip, with any value', async () => {
    for (const by_ip of [
      anAgentConnection({ agent_id: '9-By Ip' }),
      [anAgentConnection({ agent_id: '9' })],
      'x',
      5,
      {},
    ]) {
      expect(await readData('latency', [{ ...lists, by_ip }])).toEqual({ lines: all, ...CLEAN })
    }
  })

  it.each(numeric)('has no sample for a %s without value, and %s otherwise', async (field) => {
    for (const nothing of ['', ' ', '-', null]) {
      expect(await readAgent({ [field]: nothing })).toEqual({ lines: withLines(field), ...CLEAN })
    }
    const missing = await readAgent({ [field]: undefined })
    expect(missing).toEqual({ lines: withLines(field), ...CLEAN, missing: [`by_agent.${field}`] })
  })

  it.each(numeric)('counts an unreadable %s under its name', async (field) => {
    for (const value of ['many', '-5', -5, '3 s', true, [], {}, [3], '1e3', '87,5', 'NaN']) {
      expect(await readAgent({ [field]: value })).toEqual({
        ...CLEAN,
        lines: withLines(field),
        rejected: { [`by_agent.${field}`]: 1 },
      })
    }
  })

  it.each(ofTrunk)(
    'has no sample for a %s of a trunk without value or with an unreadable one',
    async (field) => {
      const lines = ofTrunk.filter(([name]) => name !== field).map(([, line]) => line)
      for (const nothing of ['', '-', null]) {
        expect(await read([], [aTrunk({ [field]: nothing })])).toEqual({ lines, ...CLEAN })
      }
      const missing = await read([], [aTrunk({ [field]: undefined })])
      expect(missing).toEqual({ lines, ...CLEAN, missing: [`by_pbx.${field}`] })
      for (const value of ['x', -1, true, [], {}]) {
        const unreadable = await read([], [aTrunk({ [field]: value })])
        expect(unreadable).toEqual({ ...CLEAN, lines, rejected: { [`by_pbx.${field}`]: 1 } })
      }
    },
  )

  it.each([
    ['latency_ms', '87', '0.087'],
    ['latency_ms', 87, '0.087'],
    ['latency_ms', '0', '0'],
    ['latency_ms', '87.5', '0.0875'],
    ['latency_ms', '87 ms', '0.087'],
    ['latency_ms', '87MS', '0.087'],
    ['latency_ms', ' 1500 ', '1.5'],
    ['rx_jitter', '0.4', '0.0004'],
    ['tx_jitter', 12.25, '0.01225'],
    ['rx_ploss', '0.5 %', '0.005'],
    ['rx_ploss', '0.5', '0.005'],
    ['tx_ploss', 100, '1'],
    ['network_rejection', '25%', '0.25'],
    ['network_rejection', '1,234.5 %', '12.345'],
    ['last_date', '2026-03-10 10:00:00', String(Date.UTC(2026, 2, 10, 15) / 1000)],
    ['last_date', '2026-03-10 10:05:00', String(Date.UTC(2026, 2, 10, 15, 5) / 1000)],
    ['last_date', '2025-12-31 23:59:59', String(Date.UTC(2026, 0, 1, 4, 59, 59) / 1000)],
    ['last_date', '2000-01-01 00:00:00', String(Date.UTC(2000, 0, 1, 5) / 1000)],
  ])('reads %s %j as %s', async (field, value, number) => {
    expect(await readAgent({ [field]: value })).toEqual({ lines: withValue(field, number), ...CLEAN })
  })

  it.each([
    '2026-03-10 10:05:01',
    '2027-01-01 00:00:00',
    '1999-12-31 00:00:00',
    '1970-01-01 00:00:00',
    '0000-00-00 00:00:00',
    '0001-01-01 00:00:00',
    '2026-02-30 10:00:00',
    '2026-13-01 10:00:00',
    '2026-03-10 24:00:00',
    '2026-03-10 09:60:00',
    '2026-03-10 09:00:60',
    '2026-03-10T09:00:00',
    '2026-03-10',
    '10/03/2026 09:00:00',
    1_773_154_800,
  ])(
    'finds the date %j unreadable: too far ahead, before 2000, not in the calendar, or in another form',
    async (last_date) => {
      expect(await readAgent({ last_date })).toEqual({
        ...CLEAN,
        lines: withLines('last_date'),
        rejected: { 'by_agent.last_date': 1 },
      })
    },
  )

  it("reads dates in the operation's time zone, also when its clock changes", async () => {
    const fetchedAt = Date.UTC(2026, 11, 1)
    for (const [last_date, at] of [
      ['2026-03-29 01:30:00', Date.UTC(2026, 2, 29, 0, 30)],
      // Madrid skips from 02:00 to 03:00.
      ['2026-03-29 02:30:15', Date.UTC(2026, 2, 29, 1, 30, 15)],
      ['2026-03-29 03:30:00', Date.UTC(2026, 2, 29, 1, 30)],
      // 02:30 occurs twice; the first counts.
      ['2026-10-25 02:30:59', Date.UTC(2026, 9, 25, 0, 30, 59)],
    ] as const) {
      const body = anEnvelope([{ by_agent: [anAgentConnection({ last_date })], by_pbx: [] }])
      const { lines } = await readBody('latency', body, { fetchedAt, timeZone: 'Europe/Madrid' })
      expect(lines).toContain(`wolkvox_agent_network_measured_timestamp_seconds{${agent}} ${at / 1000}`)
    }
  })

  it.each([
    ['spaces around the dash', '1001 - Cóndor 001', '1001', 'Cóndor 001'],
    ['an en dash', '1001 – Cóndor 001', '1001', 'Cóndor 001'],
    ['an em dash', '1001—Cóndor 001', '1001', 'Cóndor 001'],
    ['a non-breaking hyphen', '1001\u2011Cóndor 001', '1001', 'Cóndor 001'],
    ['many spaces', '  1001   -   Cóndor 001  ', '1001', 'Cóndor 001'],
    ['a line break after the dash', '1001-\nCóndor', '1001', 'Cóndor'],
    ['several dashes', '1001-Ana-María Peña - B', '1001', 'Ana-María Peña - B'],
    ['only an id', '1001', '1001', ''],
    ['a number', 1001, '1001', ''],
    ['a leading zero', '0101-Ana', '0101', 'Ana'],
    ['two numbers', '1001-2', '1001-2', ''],
    ['a dash at the end', '1001-', '1001-', ''],
    ['no digits before the dash', 'Ana-1001', 'Ana-1001', ''],
    ['accents and quotes', '1001-Ñandú "A" \\', '1001', 'Ñandú \\"A\\" \\\\'],
    ['a script without case', '1001-日本語', '1001', '日本語'],
  ])('splits ids: %s', async (_what, agent_id, id, name) => {
    expect(await readAgent({ agent_id })).toEqual({
      lines: agentLines.map((line) => line.replace(agent, `agent_id="${id}",agent_name="${name}"`)),
      ...CLEAN,
    })
  })

  it('takes milliseconds for 60 KiB of spaces round the dash', async () => {
    const startedAt = performance.now()
    const { lines } = await readAgent({ agent_id: `1001${' '.repeat(30_000)}-${' '.repeat(30_000)}5` })
    expect(lines).toHaveLength(agentLines.length)
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it.each(['hash', 'omit'] as const)('hides names after splitting the id: %s', async (agentName) => {
    const { lines } = await readData('latency', [lists], { agentName, hashKey: HASH_KEY })
    const pseudonym = createHmac('sha256', HASH_KEY.reveal())
      .update('ventas\0name\0Cóndor 001')
      .digest('hex')
      .slice(0, 16)
    const name = agentName === 'hash' ? pseudonym : ''
    expect(lines).toEqual([
      ...agentLines.map((line) => line.replace('agent_name="Cóndor 001"', `agent_name="${name}"`)),
      ...trunkLines,
    ])
  })

  it('does not expose a secret in the name, and counts it', async () => {
    const { lines, rejected } = await readAgent({ agent_id: '1001-Ana test-token' })
    expect(rejected).toEqual({ 'by_agent.agent_id': 1 })
    expect(lines).toEqual(agentLines.map((line) => line.replace('Cóndor 001', '')))
  })

  it.each([
    ['connection_type', info('', 'app', '4.2.1')],
    ['platform', info('Ethernet', '', '4.2.1')],
    ['version', info('Ethernet', 'app', '')],
  ])('has an empty %s if it has no value, and counts an unreadable one', async (field, line) => {
    const lines = [...agentLines.slice(0, -1), line]
    for (const nothing of ['', '-', null])
      expect(await readAgent({ [field]: nothing })).toEqual({ lines, ...CLEAN })
    for (const value of [
      [],
      {},
      true,
      // The address of the record.
      'web 192.0.2.7',
      '192.0.2.7',
      '192.0.2.7:5060',
      '2001:db8::7',
      'x [2001:db8:0:0:0:0:0:7]:80',
      'host-192-0-2-7.example.com',
    ]) {
      const read = await readAgent({ [field]: value })
      expect(read).toEqual({ ...CLEAN, lines, rejected: { [`by_agent.${field}`]: 1 } })
    }
  })

  it.each([
    ...['4.2.1', '120.0.6099.109', '120.0.0.0', '2026.3.10.1', '1.2.3', 42, 'v4.2 (10:30:00)'],
    ...['1.4.2.7', 'v1.4.2.7', '1.4.2.7-beta', 'app 10.0.2.7', 'app/1.4.2.7 (build 5)'],
  ])('exposes the version %j, which is not the address of the record', async (version) => {
    expect(await readAgent({ version })).toEqual({
      lines: [...agentLines.slice(0, -1), info('Ethernet', 'app', String(version))],
      ...CLEAN,
    })
  })

  it.each([
    ['connection_type', 'Ethernet', 'Ethernet'],
    ['connection_type', 'ETHERNET 1 Gbps', 'Ethernet'],
    ['connection_type', 'wifi', 'Wifi'],
    ['connection_type', ' Wi-Fi 5 GHz ', 'Wifi'],
    ['connection_type', '4g', 'other'],
    ['connection_type', 'Juana Peña 3001234567', 'other'],
    ['connection_type', 0, 'other'],
    ['platform', 'app', 'app'],
    ['platform', 'APP 10.0.2.7', 'app'],
    ['platform', 'Web', 'web'],
    ['platform', '1.4.2.7', 'other'],
    ['platform', 'Juana Peña 3001234567', 'other'],
  ])(
    'exposes a %s of %j as %s: only known texts, because others can name people',
    async (field, value, label) => {
      const line = field === 'platform' ? info('Ethernet', label, '4.2.1') : info(label, 'app', '4.2.1')
      expect(await readAgent({ [field]: value })).toEqual({
        lines: [...agentLines.slice(0, -1), line],
        ...CLEAN,
      })
    },
  )

  it('exposes no version of four numbers without the address of the record, because it can be the address', async () => {
    for (const ip of [undefined, null, '', 'x', {}, 5]) {
      const { lines, rejected } = await readAgent({ ip, version: '192.0.2.7' })
      expect([lines.at(-1), rejected]).toEqual([info('Ethernet', 'app', ''), { 'by_agent.version': 1 }])
      expect((await readAgent({ ip, version: '4.2.1' })).lines).toEqual(agentLines)
    }
    const renamed = await readAgent({ ip: undefined, ip_address: '192.0.2.7', version: '192.0.2.7' })
    expect(renamed.lines.at(-1)).toBe(info('Ethernet', 'app', ''))
  })

  it.each(['192.0.2.7:5060', 'v192.0.2.7', '::ffff:192.0.2.7'])(
    'finds the address of the record in a version: %j',
    async (ip) => {
      const { lines, rejected } = await readAgent({ ip, version: 'app 192.0.2.7' })
      expect([lines.at(-1), rejected]).toEqual([info('Ethernet', 'app', ''), { 'by_agent.version': 1 }])
    },
  )

  it.each([undefined, null, '', '-', [], {}, true, '192.0.2.7', '1001-192.0.2.7 Ana'])(
    'rejects an agent with the id %j, and a trunk with that name: missing_id',
    async (id) => {
      const agents = await read([anAgentConnection({ agent_id: id }), anAgentConnection()], [])
      expect([agents.lines, agents.rejected]).toEqual([agentLines, { missing_id: 1 }])
      const trunks = await read([], [aTrunk({ user: id }), aTrunk()])
      expect([trunks.lines, trunks.rejected]).toEqual([trunkLines, { missing_id: 1 }])
    },
  )

  it('names the renamed id of agents as missing while the trunks are still read', async () => {
    const { agent_id, ...renamed } = anAgentConnection()
    expect(await read([{ agent: agent_id, ...renamed }])).toEqual({
      ...CLEAN,
      lines: trunkLines,
      rejected: { missing_id: 1 },
      missing: ['by_agent.agent_id'],
    })
  })

  it('names a list that is missing beside another one', async () => {
    const { by_agent, ...others } = lists
    expect(await readData('latency', [{ agents: by_agent, ...others }])).toEqual({
      ...CLEAN,
      lines: trunkLines,
      missing: ['by_agent'],
    })
  })

  it.each([
    [[anAgentConnection()]],
    [[{ ...lists.by_agent[0], by_agent: 5 }]],
    ['x'],
    [[{ by_ip: addresses }]],
  ])('is malformed if neither list is there: %j', async (data) => {
    expect((await readData('latency', data)).failure).toMatch(/^malformed: /)
  })

  it('keeps the first of several with the same id, and an agent and a trunk with the same name', async () => {
    const found = await read(
      [anAgentConnection(), anAgentConnection({ agent_id: '1001 - Other' })],
      [aTrunk(), aTrunk({ user: ' trunk-1 ' })],
    )
    expect([found.lines, found.rejected]).toEqual([all, { duplicate: 2 }])
    const same = await read([anAgentConnection()], [aTrunk({ user: '1001' })])
    expect([same.lines.length, same.rejected]).toEqual([all.length, {}])
  })

  it('loses only a record that is not JSON or not an object', async () => {
    const broken = JSON.stringify(anAgentConnection({ agent_id: '7' })).replace('"Ethernet"', '"Ether"net"')
    const by_agent = `[null,"x",${broken},${JSON.stringify(lists.by_agent[0])}]`
    const body = `{"code":200,"data":[{"by_agent":${by_agent},"by_ip":${JSON.stringify(addresses)},"by_pbx":${JSON.stringify(lists.by_pbx)}}]}`
    expect(await readBody('latency', body)).toEqual({
      ...CLEAN,
      lines: all,
      rejected: { unparsable: 1, not_an_object: 2 },
    })
  })

  it('never exposes an address', async () => {
    const { lines } = await readData('latency', [lists])
    expect(lines.join('\n')).not.toMatch(/192\.0\.2|2001:db8/)
  })

  it('of 60,000 agents takes seconds', async () => {
    const by_agent = Array.from({ length: 59_990 }, (_, index) =>
      anAgentConnection({ agent_id: `${1000 + index}-Cóndor ${index}`, latency_ms: String(index % 300) }),
    )
    const body = anEnvelope([{ by_agent, by_ip: by_agent, by_pbx: [aTrunk()] }])
    const startedAt = process.cpuUsage()
    const response = { status: 200, body: Buffer.from(body), fetchedAt: FETCHED_AT }
    const { snapshot, rejections } = readReport(latency, response, anOperation())
    expect([rejections.records, snapshot.rows.length]).toEqual([{}, 59_991])
    // About 0.7 s. With a call of Temporal for each date it was 3 s.
    expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(5000)
  })
})
