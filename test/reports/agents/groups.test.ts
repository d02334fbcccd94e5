import { describe, expect, it } from 'vitest'
import type { Operation } from '../../../src/config/operation.ts'
import { type Groups, groupTableOf } from '../../../src/groups/groups.ts'
import type { RenderedSnapshot } from '../../../src/model/outcome.ts'
import { exposedIdsOf } from '../../../src/reports/agent-identity.ts'
import { reportNamed } from '../../../src/reports/index.ts'
import { Secret } from '../../../src/secret.ts'
import { encodeSnapshot } from '../../../src/storage/snapshot-file.ts'
import { toPlain } from '../../../src/worker/protocol.ts'
import { createTaskRunner, read } from '../../../src/worker/tasks.ts'
import { anEnvelope, anOperation, aRecord, HASH_KEY } from '../../../tools/fixtures.ts'
import { FETCHED_AT } from '../../support/agents.ts'
import { textOfSegments } from '../../support/exposition-texts.ts'
import { groupsFrom } from '../../support/groups-files.ts'

const agents = reportNamed('agents')

const body = Buffer.from(
  anEnvelope([
    aRecord({ agent_id: '0012', agent_name: 'Ibis 12' }),
    aRecord({ agent_id: '1001', agent_name: 'Cóndor 001' }),
    aRecord({ agent_id: '1002', agent_name: '' }),
  ]),
)

const response = { status: 200, body, fetchedAt: FETCHED_AT }

const FILE = 'agent_id,team,site\n0012,"El ""Sol""",Cali\n1001,a\\b,\n9001,Sur,Pasto\n9002,Sur,Pasto\n'

const without = (...exclude: string[]) => ({ include: [], exclude })

/** The lines of `wolkvox_agent_info`, and how many rows have no agent. */
async function infoOf(groups: Groups | undefined, settings: Partial<Operation> = {}, records = response) {
  const { outcome } = await read(anOperation({ groups, ...settings }), agents, records)
  if (!outcome.ok) throw new Error(outcome.failure.message)
  const lines = textOfSegments(outcome.rendered.segments).split('\n')
  return {
    lines: lines.filter((line) => line.startsWith('wolkvox_agent_info')),
    unknown: outcome.rendered.unknownInGroups,
  }
}

describe('wolkvox_agent_info', () => {
  it('has the labels of the groups file, and the first one as group; an agent without a row has none', async () => {
    expect(await infoOf(await groupsFrom(FILE))).toEqual({
      lines: [
        'wolkvox_agent_info{operation="ventas",agent_id="0012",agent_name="Ibis 12",group="El \\"Sol\\"",team="El \\"Sol\\"",site="Cali"} 1',
        'wolkvox_agent_info{operation="ventas",agent_id="1001",agent_name="Cóndor 001",group="a\\\\b",team="a\\\\b",site=""} 1',
        'wolkvox_agent_info{operation="ventas",agent_id="1002",agent_name=""} 1',
      ],
      unknown: 2,
    })
  })

  it('has the column group as group, wherever it is', async () => {
    const { lines } = await infoOf(await groupsFrom('site,group,agent_id\nCali,Sur,1001\n'))
    expect(lines[1]).toBe(
      'wolkvox_agent_info{operation="ventas",agent_id="1001",agent_name="Cóndor 001",site="Cali",group="Sur"} 1',
    )
  })

  it('has no name if names are omitted', async () => {
    const { lines } = await infoOf(await groupsFrom(FILE), { agentName: 'omit' })
    expect(lines[0]).toContain('agent_id="0012",agent_name="",group=')
  })

  it('does not exist without a groups file', async () => {
    expect(await infoOf(undefined)).toEqual({ lines: [], unknown: undefined })
  })

  it('changes with the file', async () => {
    for (const team of ['Norte', 'Sur']) {
      const { lines } = await infoOf(await groupsFrom(`agent_id,team\n1001,${team}\n`))
      expect(lines[1]).toContain(`team="${team}"`)
    }
  })

  it('is in restored data, with the current groups, although no group is stored', async () => {
    const runner = createTaskRunner()
    const messages: unknown[] = []
    const run = async (id: number, groups: Groups, stored: Uint8Array | undefined) => {
      const target = { operation: toPlain(anOperation({ groups })), report: 'agents' }
      const request = stored
        ? ({ task: 'restore', ...target, stored } as const)
        : ({ task: 'read', ...target, response, encode: true } as const)
      await runner.handle({ id, request }, (message) => messages.push(message))
    }
    await run(1, await groupsFrom(FILE), undefined)
    const [, { encoded }] = messages as [unknown, { encoded: Uint8Array }]
    expect(Buffer.from(encoded).toString()).not.toMatch(/Sol|Cali/)
    await run(2, await groupsFrom('agent_id,team\n1001,Norte\n1003,Norte\n'), encoded)
    const { result } = messages.at(-1) as { result: { rendered: RenderedSnapshot } }
    expect(textOfSegments(result.rendered.segments)).toContain(
      'wolkvox_agent_info{operation="ventas",agent_id="1001",agent_name="Cóndor 001",group="Norte",team="Norte"} 1\n',
    )
    expect(result.rendered.unknownInGroups).toBe(1)
  })

  it('counts no unknown rows in restored data of a filtered operation, whose excluded agents are not stored', async () => {
    const operation = anOperation({ groups: await groupsFrom(FILE), agentFilter: without('^1001$') })
    const { snapshot } = await read(operation, agents, response)
    if (snapshot === undefined) throw new Error('nothing was read')
    const stored = encodeSnapshot(operation, agents, snapshot, FETCHED_AT)
    expect(Buffer.from(stored).toString()).not.toContain('1001')
    const messages: unknown[] = []
    const request = { task: 'restore', operation: toPlain(operation), report: 'agents', stored } as const
    await createTaskRunner().handle({ id: 1, request }, (message) => messages.push(message))
    const [{ result }] = messages as [{ result: { rendered: RenderedSnapshot } }]
    expect(result.rendered.rows).toBe(2)
    expect(result.rendered).not.toHaveProperty('unknownInGroups')
  })

  it('is absent from other reports', async () => {
    const groups = await groupsFrom(FILE)
    const { outcome } = await read(anOperation({ groups }), reportNamed('interactions'), {
      ...response,
      body: Buffer.from(anEnvelope([])),
    })
    expect(outcome).toMatchObject({ ok: true })
    expect(outcome.ok && outcome.rendered.unknownInGroups).toBeUndefined()
  })
})

describe('a row of a groups file', () => {
  const named = {
    ...response,
    body: Buffer.from(
      anEnvelope([
        aRecord({ agent_id: 'Ana Ruiz', agent_name: 'Ana' }),
        aRecord({ agent_id: '1001-Luz Vega', agent_name: 'Luz' }),
      ]),
    ),
  }
  const NAMED_FILE = 'agent_id,team\nAna Ruiz,Norte\n1001,Sur\n9001,Este\n'
  const identities = (lines: readonly string[]) =>
    lines.map((line) => [/agent_id="(.*?)"/.exec(line)?.[1], /team="(.*?)"/.exec(line)?.[1]])

  const pseudonym = expect.stringMatching(/^[0-9a-f]{16}$/)

  it.each([
    [{}, ['Ana Ruiz', '1001']],
    [{ agentName: 'omit' }, ['Ana Ruiz', '1001']],
    [{ agentName: 'omit', hashKey: HASH_KEY }, [pseudonym, '1001']],
    [{ agentName: 'hash', hashKey: HASH_KEY }, [pseudonym, '1001']],
    [{ agentId: 'hash', hashKey: HASH_KEY }, [pseudonym, pseudonym]],
  ] as const)('matches the id that wolkvox sends, also if it is hidden: %j', async (settings, [ana, luz]) => {
    const { lines, unknown } = await infoOf(await groupsFrom(NAMED_FILE), settings, named)
    expect(identities(lines)).toEqual([
      [ana, 'Norte'],
      [luz, 'Sur'],
    ])
    expect(unknown).toBe(1)
  })

  it('matches the pseudonyms of another key as soon as the key has changed', async () => {
    const groups = await groupsFrom(NAMED_FILE)
    for (const hashKey of [HASH_KEY, new Secret(`other ${HASH_KEY.reveal()}`)]) {
      const { lines } = await infoOf(groups, { agentId: 'hash', hashKey }, named)
      expect(identities(lines)).toEqual([
        [pseudonym, 'Norte'],
        [pseudonym, 'Sur'],
      ])
    }
  })

  it('matches the pseudonyms of each operation that shares the file', async () => {
    const groups = await groupsFrom(NAMED_FILE)
    const ids = new Set<string | undefined>()
    for (const name of ['ventas', 'soporte', 'ventas']) {
      const { lines } = await infoOf(groups, { name, agentId: 'hash', hashKey: HASH_KEY }, named)
      const [[id, team] = []] = identities(lines)
      expect(team).toBe('Norte')
      ids.add(id)
    }
    expect(ids.size).toBe(2)
  })

  it('is decoded once for all operations that hide nothing, also with different filters', async () => {
    const groups = await groupsFrom(NAMED_FILE)
    const tableOf = (settings: Partial<Operation>) =>
      groupTableOf(groups, exposedIdsOf(anOperation(settings)))
    expect(tableOf({ name: 'soporte', agentFilter: without('ana') })).toBe(tableOf({ name: 'ventas' }))
  })

  it('can have the id with the name that wolkvox joins to it; the first row of an agent is used', async () => {
    const file = 'agent_id,team\n1001 – Luz Vega,Sur\n1001,Norte\n'
    const { lines, unknown } = await infoOf(await groupsFrom(file), {}, named)
    expect(identities(lines)).toEqual([
      ['Ana Ruiz', undefined],
      ['1001', 'Sur'],
    ])
    expect(unknown).toBe(0)
  })

  it.each(['plain', 'hash'] as const)(
    'is not about an unknown agent if a filter leaves the agent out: %s',
    async (agentId) => {
      const groups = await groupsFrom(NAMED_FILE)
      const settings = { agentId, hashKey: HASH_KEY }
      const excluded = await infoOf(groups, { ...settings, agentFilter: without('^ana', 'luz') }, named)
      expect(excluded).toEqual({ lines: [], unknown: 1 })
      const agentFilter = { include: ['luz'], exclude: [] }
      expect(await infoOf(groups, { ...settings, agentFilter }, named)).toMatchObject({ unknown: 1 })
    },
  )
})
