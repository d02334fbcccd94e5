import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { identityReader } from '../../src/reports/agent-identity.ts'
import { exposedName } from '../../src/reports/agent-privacy.ts'
import type { AgentNameMode, RowSettings } from '../../src/reports/report.ts'
import { Secret } from '../../src/secret.ts'
import { UNREADABLE } from '../../src/wolkvox/values.ts'
import { HASH_KEY } from '../../tools/fixtures.ts'
import { FETCHED_AT } from '../support/agents.ts'
import fc from '../support/fast-check.ts'

/** Who the agent with this id is; `undefined` if the id is not readable. */
function identify(
  id: unknown,
  agentName: AgentNameMode = 'plain',
  name?: string,
  settings: Partial<RowSettings> = {},
) {
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
    { name: 'ventas', agentName, hashKey: agentName === 'hash' ? HASH_KEY : undefined, ...settings },
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
        const { id: omitted = '' } = identify(text, 'omit', undefined, { hashKey: HASH_KEY }) ?? {}
        expect(omitted).toBe(hashed)
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

  it.each(['AG1001', 'ag-1001', 'Ana 1001', 'Ana-1001', '1001 Ana', '٣-Ana', '<1>'])(
    'is exposed as it is with omitted names and no key, and is a pseudonym with a key: %j',
    (text) => {
      expect(identify(text, 'omit', 'Ana')).toEqual({ id: text, name: '' })
      expect(identify(text, 'omit', 'Ana', { hashKey: HASH_KEY })).toEqual({ id: hmac('id', text), name: '' })
    },
  )

  it('is never the name that was split from it', () => {
    for (const hashKey of [undefined, HASH_KEY]) {
      expect(identify('1001-Ana', 'omit', undefined, { hashKey })).toEqual({ id: '1001', name: '' })
    }
  })

  it('is the same in every mode of the name', () => {
    const name = exposedName('Ana', { name: 'ventas', agentName: 'hash', hashKey: HASH_KEY })
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

const hmac = (kind: string, text: string, key = HASH_KEY.reveal()) =>
  createHmac('sha256', key).update(`ventas\0${kind}\0${text}`).digest('hex').slice(0, 16)

const OTHER_KEY = new Secret('other-key-0123456789')

describe('a pseudonym', () => {
  it('is the beginning of an HMAC-SHA-256 with the key, for ids and names', () => {
    const id = hmac('id', '1001')
    expect(identify('1001-Ana', 'hash', undefined, { agentId: 'hash' })).toEqual({
      id,
      name: hmac('name', 'Ana'),
    })
    expect(identify(1001, 'omit', 'Ana', { agentId: 'hash', hashKey: HASH_KEY })).toEqual({ id, name: '' })
    expect(identify('1001 – Ana', 'plain', undefined, { agentId: 'hash', hashKey: HASH_KEY })).toEqual({
      id,
      name: 'Ana',
    })
    expect(identify('Ana 1001', 'hash', undefined, { agentId: 'hash' })).toEqual({
      id: hmac('id', 'Ana 1001'),
      name: '',
    })
  })

  it('differs with another key and between an id and a name', () => {
    const one = identify('1001', 'hash', '1001', { agentId: 'hash' })
    const other = identify('1001', 'hash', '1001', { agentId: 'hash', hashKey: OTHER_KEY })
    expect(new Set([one?.id, one?.name, other?.id, other?.name]).size).toBe(4)
  })

  it('is never replaced by the id or the name if there is no key', () => {
    expect(identify('1001', 'plain', 'Ana', { agentId: 'hash' })).toBeUndefined()
    expect(identify('1001', 'hash', 'Ana', { hashKey: undefined })).toEqual({ id: '1001', name: '' })
  })
})
