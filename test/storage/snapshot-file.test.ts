import { describe, expect, it } from 'vitest'
import { reportNamed } from '../../src/reports/index.ts'
import type { Snapshot } from '../../src/reports/read-report.ts'
import { agentNameModes } from '../../src/reports/report.ts'
import { decodeSnapshot, encodeSnapshot } from '../../src/storage/snapshot-file.ts'
import { anOperation } from '../../tools/fixtures.ts'

const NOW = Date.parse('2026-03-10T17:00:00Z')

const operation = anOperation()
const agents = reportNamed('agents')

const snapshot: Snapshot = {
  fetchedAt: NOW - 60_000,
  records: 1,
  bytes: 1234,
  rows: [{ id: '1', name: 'Cóndor 001', state: 'READY', category: 'ready' }],
  columns: { calls: [3] },
}

const restart = (stored: Snapshot, later = operation) =>
  decodeSnapshot(encodeSnapshot(operation, agents, stored, NOW), later, agents, NOW)

describe('the snapshot file', () => {
  it.each([
    ['far ahead', NOW + 60_001, 'was fetched in the future'],
    ['after any date', 1e300, 'was fetched in the future'],
    ['before 1970', -1, 'does not have the expected content'],
    ['not a number', Number.NaN, 'does not have the expected content'],
  ])('cannot be used if its time of the fetch is %s', (_what, fetchedAt, problem) => {
    expect(restart({ ...snapshot, fetchedAt })).toMatchObject({ problem })
  })

  it('is used if its data seems to be from the future because the clock was set back a little', () => {
    const ahead = { ...snapshot, fetchedAt: NOW + 60_000 }
    expect(restart(ahead)).toEqual({ content: ahead })
  })

  it.each(agentNameModes.filter((mode) => mode !== operation.agentName))(
    'with plain names is not used with the setting %s',
    (agentName) => {
      expect(restart(snapshot, anOperation({ agentName }))).toEqual({
        problem: 'was stored with other privacy settings',
        isPrivate: true,
      })
    },
  )

  it('is not used for another report, even if it has no rows', () => {
    const bytes = encodeSnapshot(operation, agents, { ...snapshot, rows: [], columns: {} }, NOW)
    expect(decodeSnapshot(bytes, operation, reportNamed('token_info'), NOW)).toMatchObject({
      problem: 'belongs to another report',
    })
  })

  it.each([
    ['too few', []],
    ['too many', [3, 4]],
  ])('cannot be used if a column has %s values', (_what, calls) => {
    expect(restart({ ...snapshot, columns: { calls } })).toEqual({
      problem: 'does not have a value for each row',
    })
  })
})
