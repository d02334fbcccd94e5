import { describe, expect, it } from 'vitest'
import { createAgentFilter, patternProblem } from '../../src/reports/agent-filter.ts'
import { agents } from '../../src/reports/agents/index.ts'
import type { Snapshot } from '../../src/reports/read-report.ts'
import { decodeSnapshot, encodeSnapshot } from '../../src/storage/snapshot-file.ts'
import { read } from '../../src/worker/tasks.ts'
import { anEnvelope, anOperation, aRecord } from '../../tools/fixtures.ts'
import { anAgentConnection, aTrunk } from '../../tools/report-records.ts'
import { FETCHED_AT } from '../support/agents.ts'
import { CLEAN, readData } from '../support/read-body.ts'

const without = (...exclude: readonly string[]) => ({ agentFilter: { include: [], exclude } })
const only = (...include: readonly string[]) => ({ agentFilter: { include, exclude: [] } })

describe('a filter', () => {
  it.each([
    ['everyone without patterns', [], [], '1001', 'Ana', true],
    ['an id that is included', ['^1'], [], '1001', 'Ana', true],
    ['a name that is included, in any case', ['ANA'], [], '1001', 'ana', true],
    ['not another agent', ['^2', 'luis'], [], '1001', 'Ana', false],
    ['not an id that is excluded', [], ['^9'], '9001', 'Ana', false],
    ['not a name that is excluded', [], ['x', 'PRUEBA'], '1001', 'Cuenta de prueba', false],
    ['not an agent that is included and excluded', ['^1'], ['ana'], '1001', 'Ana', false],
    ['not an agent without a name because of an empty match', [], ['^$'], '1001', '', true],
    ['each pattern as a whole', ['^1|^2', '^3'], [], '3001', '', true],
    ['not a name in an open quotation', [], ['\\QAna (', 'x'], '1001', 'ana (sur)', false],
    ['what matches after an open quotation', ['\\Qx', '^1'], [], '1001', 'Ana', true],
    ['what matches the second of two groups of one name', ['(?P<n>x)', '(?P<n>an)'], [], '1001', 'Ana', true],
    ['not a name with its accent as a separate character', [], ['pérez'], '1001', 'PE\u0301REZ', false],
    ['not a name with one character for its accent', [], ['pe\u0301rez'], '1001', 'PÉREZ', false],
  ] as const)('keeps %s', (_, include, exclude, id, name, keeps) => {
    expect(createAgentFilter({ include, exclude })(id, name)).toBe(keeps)
  })

  it('takes linear time for a pattern that backtracks elsewhere', () => {
    const keeps = createAgentFilter({ include: [], exclude: ['(a+)+$', '(a|aa)+$'] })
    const startedAt = performance.now()
    expect(keeps('1', `${'a'.repeat(10_000)}!`)).toBe(true)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  it.each(['(?=a)', '(?<!a)b', '(a)\\1', '[', '(?:a{1,1000}){1,1000}'])('refuses %s', (pattern) => {
    expect(patternProblem(pattern)).toMatch(/^is not a regular expression of RE2/)
    expect(patternProblem(pattern)).not.toContain(pattern)
  })
})

describe('an excluded agent', () => {
  const two = [aRecord(), aRecord({ agent_id: '9001', agent_name: 'Cuenta de prueba' })]

  it.each([without('^9'), without('prueba'), only('^1'), only('cóndor')])(
    'is in no series and no count: %j',
    async (settings) => {
      const { lines, ...rest } = await readData('agents', two, settings)
      expect(lines).toEqual((await readData('agents', [aRecord()])).lines)
      expect(rest).toEqual(CLEAN)
    },
  )

  it('counts only among the records of the response', async () => {
    const response = { status: 200, body: Buffer.from(anEnvelope(two)), fetchedAt: FETCHED_AT }
    const { outcome, snapshot } = await read(anOperation(without('^9')), agents, response)
    expect(outcome.ok && [outcome.rendered.records, outcome.rendered.rows]).toEqual([2, 1])
    expect(JSON.stringify(snapshot)).not.toMatch(/9001|prueba/)
  })

  it('may be every agent: the report is good and empty', async () => {
    const { failure, lines } = await readData('agents', two, without('.'))
    expect(failure).toBeUndefined()
    expect(lines.filter((line) => !line.startsWith('wolkvox_agents{'))).toEqual([])
  })

  it('does not hide that the other records are unreadable', async () => {
    const { failure } = await readData('agents', [{ agent_id: '' }, two[1]], without('^9'))
    expect(failure).toBe('malformed: none of the 1 records could be read (missing_id 1)')
  })

  it('is not in other reports about agents; trunks stay', async () => {
    const lists = {
      by_agent: [anAgentConnection({ agent_id: '9001-Cuenta de prueba' })],
      by_ip: [],
      by_pbx: [aTrunk()],
    }
    const { lines } = await readData('latency', [lists], without('prueba'))
    expect(lines.filter((line) => !line.startsWith('wolkvox_pbx_'))).toEqual([])
    expect(lines).not.toEqual([])
    for (const report of ['chats', 'interactions']) {
      const records = [{ agent_id: '9001', active_chats: [], active_interactions: [] }]
      expect((await readData(report, records, without('^9'))).lines).toEqual([])
    }
  })

  it('is not read from data that was stored under another filter', async () => {
    const response = { status: 200, body: Buffer.from(anEnvelope(two)), fetchedAt: FETCHED_AT }
    const { snapshot } = await read(anOperation(), agents, response)
    const stored = encodeSnapshot(anOperation(), agents, snapshot as Snapshot, FETCHED_AT)
    expect(decodeSnapshot(stored, anOperation(), agents, FETCHED_AT).problem).toBeUndefined()
    const operation = anOperation(without('^9'))
    expect(decodeSnapshot(stored, operation, agents, FETCHED_AT).problem).toMatch(/other privacy settings/)
  })
})

describe('states of an operation', () => {
  const states = { almuerzo: 'acw', 'en linea': 'talk', ready: 'unknown' }
  const categories = async (state: string) =>
    (await readData('agents', [aRecord({ agent_status: state })], { states })).lines
      .filter((line) => line.startsWith('wolkvox_agent_state{'))
      .map((line) => /category="(\w+)"/.exec(line)?.[1])

  it.each([
    ['ALMUERZO', 'acw'],
    [' En Línea ', 'talk'],
    ['Ready', 'unknown'],
    ['Baño', 'aux'],
    ['constructor', 'aux'],
    ['', 'unknown'],
  ])('have their category: %j is %s', async (state, category) => {
    expect(await categories(state)).toEqual([category])
  })

  it('have it also when stored data is restored', async () => {
    const body = Buffer.from(anEnvelope([aRecord({ agent_status: 'Almuerzo' })]))
    const { snapshot } = await read(anOperation(), agents, { status: 200, body, fetchedAt: FETCHED_AT })
    const stored = encodeSnapshot(anOperation(), agents, snapshot as Snapshot, FETCHED_AT)
    const { content } = decodeSnapshot(stored, anOperation({ states }), agents, FETCHED_AT)
    expect(content?.rows).toMatchObject([{ state: 'Almuerzo', category: 'acw' }])
  })
})
