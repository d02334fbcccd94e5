import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { anEnvelope, HASH_KEY } from '../../../tools/fixtures.ts'
import { aChatAgent } from '../../../tools/report-records.ts'
import { CLEAN, emptyBodies, envelopes, readBody, readData } from '../../support/read-body.ts'

const agent = 'agent_id="1001",agent_name=""'

const chatsIn = (channel: string, count = 1) =>
  `wolkvox_agent_active_chats{${agent},channel="${channel}"} ${count}`

/** When the oldest chat began, from a time in Bogotá on 10 March. */
function oldest(hour: number, minute: number) {
  const at = Date.UTC(2026, 2, 10, hour + 5, minute) / 1000
  return `wolkvox_agent_oldest_chat_start_timestamp_seconds{${agent}} ${at}`
}

const all = [chatsIn('whatsapp'), chatsIn('web'), oldest(9, 40)]

/** The chats of one agent, read. */
const read = (active_chats: unknown) => readData('chats', [aChatAgent({ active_chats })])

const chat = (fields: object = {}) => ({ conn_id: 'c-1', channel: 'whatsapp', ...fields })
const dated = (...dates: readonly unknown[]) =>
  chat({ conversation: dates.map((date) => ({ message: 'x', date })) })

describe('chats', () => {
  it.each(Object.entries(envelopes))('come out counted: %s', async (_form, bodyOf) => {
    expect(await readBody('chats', bodyOf([aChatAgent()]))).toEqual({ lines: all, ...CLEAN })
  })

  it('can be of a single record', async () => {
    expect(await readData('chats', aChatAgent())).toEqual({ lines: all, ...CLEAN })
  })

  it.each(emptyBodies)('can be none: %s', async (body) => {
    expect(await readBody('chats', body)).toEqual({ lines: [], ...CLEAN })
  })

  it.each([[[]], [{}], [[null, '', '-']]])(
    'of an agent can be none, which is 0: %j',
    async (active_chats) => {
      expect(await read(active_chats)).toEqual({ lines: [chatsIn('none', 0)], ...CLEAN })
    },
  )

  it.each(['', '-', ' ', null])('without a value have no sample: %j', async (active_chats) => {
    expect(await read(active_chats)).toEqual({ lines: [], ...CLEAN })
  })

  it('have no sample of an agent who is not in the response', async () => {
    const { lines } = await readData('chats', [aChatAgent({ agent_id: '7', active_chats: [] })])
    expect(lines).toEqual(['wolkvox_agent_active_chats{agent_id="7",agent_name="",channel="none"} 0'])
  })

  it.each([5, 'two', true, { conn_id: 'c-1', channel: 'whatsapp' }])(
    'that are %j are unreadable and counted',
    async (active_chats) => {
      expect(await read(active_chats)).toEqual({ ...CLEAN, lines: [], rejected: { active_chats: 1 } })
    },
  )

  it('are missing if no agent has them', async () => {
    expect(await readData('chats', [{ agent_id: '1001' }])).toEqual({
      ...CLEAN,
      lines: [],
      missing: ['active_chats'],
    })
  })

  it('have their fields in any case, and numbers as keys', async () => {
    const upper = JSON.parse(
      JSON.stringify(aChatAgent()).replace(/"(\w+)":/g, (_all, name: string) => `"${name.toUpperCase()}":`),
    )
    expect(await readData('chats', [upper])).toEqual({ lines: all, ...CLEAN })
    const { active_chats } = aChatAgent() as { active_chats: readonly object[] }
    expect(await read({ 0: active_chats[0], 7: active_chats[1] })).toEqual({ lines: all, ...CLEAN })
  })

  it.each([
    ['whatsapp', 'whatsapp'],
    ['WhatsApp Business', 'whatsapp'],
    [' WHATSAPP ', 'whatsapp'],
    ['Facebook Messenger', 'facebook'],
    ['facebook', 'facebook'],
    ['instagram_dm', 'instagram'],
    ['Telegram', 'telegram'],
    ['Twitter', 'twitter'],
    ['e-mail', 'email'],
    ['Correo electrónico', 'email'],
    ['SMS', 'sms'],
    ['webchat', 'web'],
    ['Chat', 'web'],
    ['Canal nuevo', 'other'],
    ['Juana Peña', 'other'],
    ['+00 000 000 0001', 'other'],
    ['', 'other'],
    ['-', 'other'],
    [null, 'other'],
    [undefined, 'other'],
    [7, 'other'],
    [true, 'other'],
    [[], 'other'],
    [{ whatsapp: 1 }, 'other'],
    ['__proto__', 'other'],
    ['constructor', 'other'],
  ])('in the channel %j count as %s', async (channel, expected) => {
    expect(await read([chat({ channel })])).toEqual({ lines: [chatsIn(expected)], ...CLEAN })
  })

  it('are summed by channel', async () => {
    const channels = ['whatsapp', 'Facebook', 'WhatsApp', 'x', undefined, 'messenger', 'whatsapp']
    const { lines } = await read(channels.map((channel) => chat({ channel })))
    expect(lines).toEqual([chatsIn('whatsapp', 3), chatsIn('facebook', 2), chatsIn('other', 2)])
  })

  it.each([['x'], [5], [[]], [true]])('that are no objects count, too: %j', async (element) => {
    expect((await read([element, chat()])).lines).toEqual([chatsIn('other'), chatsIn('whatsapp')])
  })

  it.each([
    [
      'the earliest of several messages',
      [dated('2026-03-10 09:50:00', '2026-03-10 09:30:00', '2026-03-10 09:55:00')],
      oldest(9, 30),
    ],
    [
      'the earliest of several chats',
      [dated('2026-03-10 09:50:00'), dated('2026-03-10 08:15:00')],
      oldest(8, 15),
    ],
    ['a date of the chat itself', [chat({ date: '2026-03-10 07:00:00', conversation: [] })], oldest(7, 0)],
    ['a date in another case', [chat({ Date: '2026-03-10 07:00:00' })], oldest(7, 0)],
    [
      'its date, even if other members have one',
      [chat({ date: '2026-03-10 07:00:00', birth_date: '2001-05-06 00:00:00', time: '2026-03-10 06:00:00' })],
      oldest(7, 0),
    ],
    [
      'messages with numbers as keys',
      [chat({ conversation: { 0: { date: '2026-03-10 07:00:00' } } })],
      oldest(7, 0),
    ],
    [
      'the only readable date',
      [dated('yesterday', '', null, '2026-03-10 07:00:00', 5, [], {})],
      oldest(7, 0),
    ],
    ['a date up to 5 minutes ahead of our clock', [dated('2026-03-10 10:05:00')], oldest(10, 5)],
  ])('began at %s', async (_what, active_chats, line) => {
    expect((await read(active_chats)).lines).toContain(line)
  })

  it.each([
    ['no conversation', [chat({ conversation: undefined })]],
    ['an empty conversation', [chat({ conversation: [] })]],
    ['a conversation that is a text', [chat({ conversation: 'Hello 2026-03-10 07:00:00' })]],
    ['dates without a value', [dated('', '-', null)]],
    ['a date only in a text', [chat({ conversation: [{ message: '2026-03-10 07:00:00' }] })]],
    [
      'dates of other names',
      [chat({ birthdate: '2001-05-06 00:00:00', Fecha_Inicio: '2026-03-10 07:00:00' })],
    ],
    [
      'times of other names',
      [chat({ conversation: [{ updated: '2026-03-10 07:00:00', hora: '07:00:00' }] })],
    ],
    ['messages that are no objects', [chat({ conversation: [5, null, 'x', []] })]],
  ])('have no start with %s', async (_what, active_chats) => {
    expect(await read(active_chats)).toEqual({ lines: [chatsIn('whatsapp')], ...CLEAN })
  })

  it.each([
    '10/03/2026 09:00:00',
    'yesterday',
    '2026-03-10 10:05:01',
    '1970-01-01 00:00:00',
    '2026-02-30 00:00:00',
    1_773_154_800,
    {},
  ])('whose only date is %j are counted, with an unreadable start', async (date) => {
    expect(await read([dated(date)])).toEqual({
      ...CLEAN,
      lines: [chatsIn('whatsapp')],
      rejected: { active_chats: 1 },
    })
  })

  it.each([
    ['1001', '1001', ''],
    [1001, '1001', ''],
    ['1001-Cóndor 001', '1001', 'Cóndor 001'],
    ['1001 - Cóndor 001', '1001', 'Cóndor 001'],
    [' 1001 ', '1001', ''],
    ['ext-1001', 'ext-1001', ''],
  ])('of the agent %j join with agents', async (agent_id, id, name) => {
    expect(await readData('chats', [aChatAgent({ agent_id })])).toEqual({
      lines: all.map((line) => line.replace(agent, `agent_id="${id}",agent_name="${name}"`)),
      ...CLEAN,
    })
  })

  it('hide the name of the agent like the other reports', async () => {
    const records = [aChatAgent({ agent_id: '1001-Cóndor 001' })]
    const pseudonym = createHmac('sha256', HASH_KEY.reveal())
      .update('ventas\0name\0Cóndor 001')
      .digest('hex')
      .slice(0, 16)
    const hashed = await readData('chats', records, { agentName: 'hash', hashKey: HASH_KEY })
    expect(hashed.lines).toEqual(
      all.map((line) => line.replace('agent_name=""', `agent_name="${pseudonym}"`)),
    )
    expect((await readData('chats', records, { agentName: 'omit' })).lines).toEqual(all)
  })

  it.each([undefined, null, '', '-', [], {}, true])('need an agent: %j is missing_id', async (agent_id) => {
    const { lines, rejected } = await readData('chats', [aChatAgent({ agent_id }), aChatAgent()])
    expect([lines, rejected]).toEqual([all, { missing_id: 1 }])
  })

  it('of the first of several records of an agent count', async () => {
    const { lines, rejected } = await readData('chats', [
      aChatAgent(),
      aChatAgent({ agent_id: '1001-Cóndor', active_chats: [] }),
    ])
    expect([lines, rejected]).toEqual([all, { duplicate: 1 }])
  })

  it('of other agents are read if a record is not JSON', async () => {
    const broken = JSON.stringify(aChatAgent({ agent_id: '7' })).replace(
      'Fictitious text',
      'Fictitious "text',
    )
    const body = `{"code":200,"data":[${broken},${JSON.stringify(aChatAgent())}]}`
    expect(await readBody('chats', body)).toEqual({ ...CLEAN, lines: all, rejected: { unparsable: 1 } })
  })

  it('can be as long as 3 MiB; longer ones cost only their agent', async () => {
    const messages = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        message: 'Fictitious text of a customer '.repeat(30),
        date: `2026-03-10 0${index % 10}:${String(index % 60).padStart(2, '0')}:00`,
      }))
    const long = anEnvelope([aChatAgent({ active_chats: [chat({ conversation: messages(3000) })] })])
    expect(long.length).toBeGreaterThan(2.5 * 2 ** 20)
    expect((await readBody('chats', long)).lines).toEqual([chatsIn('whatsapp'), oldest(0, 0)])
    const longer = aChatAgent({
      agent_id: '7',
      active_chats: [chat({ conversation: messages(5000) })],
    })
    for (const records of [
      [longer, aChatAgent()],
      [aChatAgent(), longer],
      [{ ...longer, agent_id: '8' }, aChatAgent(), longer],
    ]) {
      expect(await readData('chats', records)).toEqual({
        ...CLEAN,
        lines: all,
        rejected: { unparsable: records.length - 1 },
      })
    }
    expect((await readData('chats', [longer])).failure).toBe(
      'too_large: the response cannot be a report: a value is too long',
    )
  })
})
