import { describe, expect, it } from 'vitest'
import type { Groups } from '../../../src/groups/groups.ts'
import type { RenderedSnapshot } from '../../../src/model/outcome.ts'
import { reportNamed } from '../../../src/reports/index.ts'
import { toPlain } from '../../../src/worker/protocol.ts'
import { createTaskRunner, read } from '../../../src/worker/tasks.ts'
import { anEnvelope, anOperation, aRecord } from '../../../tools/fixtures.ts'
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

/** The lines of `wolkvox_agent_info`, and how many rows have no agent. */
async function infoOf(groups: Groups | undefined, agentName: 'plain' | 'omit' = 'plain') {
  const { outcome } = await read(anOperation({ groups, agentName }), agents, response)
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
    const { lines } = await infoOf(await groupsFrom(FILE), 'omit')
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
