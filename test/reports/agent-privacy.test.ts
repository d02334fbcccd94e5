import { describe, expect, it } from 'vitest'
import { agentPrivacyOf, agentPrivacyProblem, exposedName } from '../../src/reports/agent-privacy.ts'
import { fingerprintOf } from '../../src/reports/pseudonym.ts'
import type { RowSettings } from '../../src/reports/report.ts'
import { Secret } from '../../src/secret.ts'
import { HASH_KEY } from '../../tools/fixtures.ts'

describe('the name of an agent', () => {
  it('is exposed unchanged if it is plain', () => {
    expect(exposedName('Cóndor 001', { name: 'ventas', agentName: 'plain', hashKey: HASH_KEY })).toBe(
      'Cóndor 001',
    )
  })

  it('is empty if it is omitted', () => {
    expect(exposedName('Cóndor 001', { name: 'ventas', agentName: 'omit', hashKey: HASH_KEY })).toBe('')
  })

  it('becomes a pseudonym that is the same within an operation and differs between operations', () => {
    const pseudonym = exposedName('Cóndor 001', { name: 'ventas', agentName: 'hash', hashKey: HASH_KEY })
    expect(pseudonym).toMatch(/^[0-9a-f]{16}$/)
    expect(exposedName('Cóndor 001', { name: 'ventas', agentName: 'hash', hashKey: HASH_KEY })).toBe(
      pseudonym,
    )
    expect(exposedName('Cóndor 002', { name: 'ventas', agentName: 'hash', hashKey: HASH_KEY })).not.toBe(
      pseudonym,
    )
    expect(exposedName('Cóndor 001', { name: 'soporte', agentName: 'hash', hashKey: HASH_KEY })).not.toBe(
      pseudonym,
    )
  })

  it.each(['plain', 'hash', 'omit'] as const)('is empty if there is none: %s', (mode) => {
    expect(exposedName('', { name: 'ventas', agentName: mode, hashKey: HASH_KEY })).toBe('')
  })
})

const OTHER_KEY = new Secret('other-key-0123456789')

describe('what stored data depends on', () => {
  const settings = { name: 'ventas', agentName: 'hash', agentId: 'hash', hashKey: HASH_KEY } as const

  it('differs with each setting and with the key, and does not contain the key', () => {
    const all = [
      settings,
      { ...settings, agentName: 'omit' },
      { ...settings, agentName: 'plain' },
      { ...settings, agentId: 'plain' },
      { ...settings, hashKey: OTHER_KEY },
      { ...settings, agentFilter: { include: [], exclude: ['ana'] } },
      { ...settings, agentFilter: { include: [], exclude: ['ana'] }, hashKey: OTHER_KEY },
      { ...settings, agentName: 'plain', agentId: 'plain', hashKey: undefined },
    ] as const
    const privacies = all.map(agentPrivacyOf)
    expect(new Set(privacies).size).toBe(all.length)
    expect(privacies.join()).not.toContain('key')
    expect(agentPrivacyOf({ ...settings })).toBe(privacies[0])
    expect(privacies[0]).toContain(fingerprintOf('', HASH_KEY))
  })
})

describe('the ids of agents', () => {
  const problemOf = (
    ids: readonly string[],
    agentId: 'plain' | 'hash' = 'plain',
    settings: Partial<RowSettings> = {},
  ) =>
    agentPrivacyProblem(
      ids.map((id) => ({ id })),
      { name: 'ventas', agentName: 'plain', agentId, ...settings },
    )

  it('are a problem with letters if names are omitted, because the ids could reveal them', () => {
    const omitted = { agentName: 'omit' } as const
    expect(problemOf(['AG1001', 'AG1002', '1003'], 'plain', omitted)).toBe('ids contain letters')
    expect(problemOf(['AG1001', '1002', '1003'], 'plain', omitted)).toBeUndefined()
    expect(problemOf(['Ana 1', 'Juana', 'AG1'], 'plain', omitted)).toBe('ids contain names')
    expect(problemOf(['AG1001', 'AG1002', '1003'], 'hash', omitted)).toBeUndefined()
  })

  it.each(['hash', 'omit'] as const)('are no problem if they are pseudonyms: %s', (agentName) => {
    // Three hexadecimal digits that are letters follow each other in many pseudonyms.
    const ids = ['abc0123456789def', 'bade0123456789ab', 'facade0123456789']
    expect(problemOf(ids, 'plain', { agentName, hashKey: HASH_KEY })).toBeUndefined()
    expect(problemOf(['1020304050', '1020304051', '7'], 'plain', { agentName, hashKey: HASH_KEY })).toBe(
      'ids look like national identity numbers',
    )
  })

  it.each([
    [['10203040', '1020304050', '10203040506', '7'], 'ids look like national identity numbers'],
    [['Ana 1', 'Juana', 'ext'], 'ids contain names'],
    [['1001', '1002', '1003', '10203040'], undefined],
    [['1020304', '1020305', '1020306'], undefined],
    [['102030405060', '102030405061', '102030405062'], undefined],
    [['A1', 'A2', 'B3'], undefined],
    [['10203040', '1020304050', '1001', '1002'], undefined],
    [['10203040', '1020304050'], undefined],
    [[], undefined],
  ])('%j: %s', (ids, problem) => {
    expect(problemOf(ids)).toBe(problem)
    expect(problemOf(ids, 'hash')).toBeUndefined()
  })
})
