import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exposedName, identityReader } from '../../src/reports/agent-identity.ts'
import type { AgentNameMode } from '../../src/reports/report.ts'
import { UNREADABLE } from '../../src/wolkvox/values.ts'
import { FETCHED_AT } from '../support/agents.ts'

describe('the name of an agent', () => {
  it('is exposed unchanged if it is plain', () => {
    expect(exposedName('Cóndor 001', 'plain', 'ventas')).toBe('Cóndor 001')
  })

  it('is empty if it is omitted', () => {
    expect(exposedName('Cóndor 001', 'omit', 'ventas')).toBe('')
  })

  it('becomes a pseudonym that is the same within an operation and differs between operations', () => {
    const pseudonym = exposedName('Cóndor 001', 'hash', 'ventas')
    expect(pseudonym).toMatch(/^[0-9a-f]{16}$/)
    expect(exposedName('Cóndor 001', 'hash', 'ventas')).toBe(pseudonym)
    expect(exposedName('Cóndor 002', 'hash', 'ventas')).not.toBe(pseudonym)
    expect(exposedName('Cóndor 001', 'hash', 'soporte')).not.toBe(pseudonym)
  })

  it.each(['plain', 'hash', 'omit'] as const)('is empty if there is none: %s', (mode) => {
    expect(exposedName('', mode, 'ventas')).toBe('')
  })
})

/** Who the agent with this id is; `undefined` if the id is not readable. */
function identify(id: unknown, agentName: AgentNameMode = 'plain', name?: string) {
  const reader = identityReader('agent_id')
  const key = reader.keyOf((field) => (field === 'agent_id' ? id : 'another field'))
  if (key === undefined) return undefined
  const context = { fetchedAt: FETCHED_AT, timeZone: 'UTC' }
  return reader.read(
    key,
    (_field, read) => {
      const reading = read(id, context)
      return reading === UNREADABLE ? undefined : reading
    },
    { name: 'ventas', agentName },
    name,
  )
}

describe('the id of an agent', () => {
  it('is split from the name after any dash, with any spaces', () => {
    const dash = fc.constantFrom(...'-\u2010\u2011\u2012–—\u2015\u2212\ufe58\ufe63\uff0d')
    const spaces = fc.constantFrom('', ' ', '  ', '\t', '\u00a0')
    const name = fc
      .string({ unit: 'grapheme' })
      .map((text) => text.trim().toWellFormed())
      .filter((text) => /\p{L}/u.test(text))
    fc.assert(
      fc.property(fc.nat().map(String), spaces, dash, spaces, name, (id, before, sign, after, text) => {
        expect(identify(`${id}${before}${sign}${after}${text}`)).toEqual({ id, name: text })
      }),
    )
  })

  it('exposes no name that could not be split from it while names are hidden', () => {
    const id = fc.oneof(
      fc.constantFrom(
        'Ana',
        'Ana-1001',
        'A1–Ana',
        '1001 Ana',
        '1001_Ana',
        '٣-Ana',
        '1001:Ⓐna',
        '1001-2-Ana x',
      ),
      fc
        .string({ unit: 'grapheme', minLength: 1 })
        .filter((text) => text.trim() !== '' && text.trim() !== '-'),
    )
    fc.assert(
      fc.property(id, (text) => {
        const { id: hashed = '' } = identify(text, 'hash') ?? {}
        expect(hashed).toMatch(/^(?:[0-9a-f]{16}|[\d\s\p{P}\u2212]+)$/u)
        expect(identify(text, 'hash')).toEqual(identify(text, 'hash'))
        const { id: omitted = '' } = identify(text, 'omit') ?? {}
        expect(omitted).toMatch(/^[\d\s\p{P}\u2212]*$/u)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['1001', '10-01', '10.1', '10/1', '10:1', '#10', '1001-'])(
    'is exposed in every mode if it can be no name: %j',
    (text) => {
      for (const mode of ['hash', 'omit'] as const) expect(identify(text, mode)?.id).toBe(text)
    },
  )

  it.each(['1001', '1001-2', '1001-', '-Ana', 'Ana-1001', 'A1-Ana', '1001 Ana', '10.1-Ana', '٣-Ana'])(
    'is the whole text %j',
    (text) => {
      expect(identify(text)).toEqual({ id: text, name: '' })
    },
  )

  it('is the same in every mode of the name', () => {
    const name = exposedName('Ana', 'hash', 'ventas')
    expect(identify('1001-Ana', 'hash')).toEqual({ id: '1001', name })
    expect(identify('1001', 'hash', 'Ana')).toEqual({ id: '1001', name })
    expect(identify('1001 - Ana', 'omit')).toEqual({ id: '1001', name: '' })
  })

  it('gives way to the name of another field', () => {
    expect(identify('1001-Ana', 'plain', 'Ana María')).toEqual({ id: '1001', name: 'Ana María' })
  })

  it.each([undefined, null, '', '-', [], {}, true, 2 ** 60])('is none in %j', (value) => {
    expect(identify(value)).toBeUndefined()
  })
})
