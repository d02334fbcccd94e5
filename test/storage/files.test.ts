import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { decodeCalls, encodeCalls } from '../../src/storage/calls-file.ts'
import { fileOf } from '../../src/storage/file-names.ts'
import { decodeSnapshot, encodeSnapshot } from '../../src/storage/snapshot-file.ts'
import { addChecksum } from '../../src/storage/stored-file.ts'
import type { Snapshot } from '../../src/wolkvox/snapshot.ts'
import { anOperation } from '../support/helpers.ts'

const NOW = Date.parse('2026-03-10T17:00:00Z')

const operation = anOperation()

const snapshot: Snapshot = {
  fetchedAt: NOW - 60_000,
  records: 3,
  bytes: 1234,
  agents: [
    { id: '1', name: 'Ñandú "1"\n', state: 'Baño', category: 'aux' },
    { id: '__proto__', name: '', state: '', category: 'unknown' },
  ],
  columns: { calls: [3, Number.NaN], ocupation: [0.7638, 0] },
}

const calls = {
  requestsOfDay: { day: '2026-03-10', count: 42 },
  quotaSpentOn: '2026-03-10',
  nextRefreshAt: NOW + 240_000,
}

/** Both files, each with how it is encoded and decoded. */
const kinds = [
  {
    kind: 'snapshot' as const,
    tolerance: 60_000,
    content: snapshot as unknown,
    encode: (now = NOW) => encodeSnapshot(operation, snapshot, now),
    decode: (bytes: Uint8Array, of = operation) => decodeSnapshot(bytes, of, NOW),
  },
  {
    kind: 'calls' as const,
    tolerance: 24 * 3_600_000,
    content: calls as unknown,
    encode: (now = NOW) => encodeCalls(operation, calls, now),
    decode: (bytes: Uint8Array, of = operation) => decodeCalls(bytes, of, NOW),
  },
]

describe.each(kinds)('the $kind', ({ tolerance, content, encode, decode }) => {
  it('come back as they were', () => {
    expect(decode(encode())).toEqual({ content })
  })

  it('hold no token', () => {
    expect(Buffer.from(encode()).toString()).not.toContain(operation.token.reveal())
  })

  it('have memory to themselves, so that they can be handed to another thread', () => {
    const bytes = encode()
    expect(bytes.buffer.byteLength).toBe(bytes.byteLength)
  })

  it.each<[string, string, (bytes: Uint8Array) => Uint8Array]>([
    ['was cut short', 'is damaged', (bytes) => bytes.subarray(0, -1)],
    ['is empty', 'is damaged', () => new Uint8Array()],
    ['is something else', 'is damaged', () => Buffer.from('something else')],
    [
      'has one letter changed',
      'is damaged',
      (bytes) => Buffer.from(Buffer.from(bytes).toString().replace('0042', '0043')),
    ],
    [
      'is of another version',
      'is of another version',
      () => addChecksum(JSON.stringify({ version: 1, savedAt: NOW, content: {} })),
    ],
    [
      'has another content',
      'does not have the expected content',
      () => addChecksum(JSON.stringify({ version: 2, savedAt: NOW, content: { agents: 5 } })),
    ],
    ['is no JSON behind its checksum', 'is of another version', () => addChecksum('{')],
  ])('of a file that %s cannot be used, with the reason', (_how, problem, damage) => {
    expect(decode(damage(encode()))).toEqual({ problem })
  })

  it('of a file from the future cannot be used', () => {
    expect(decode(encode(NOW + tolerance + 1))).toEqual({ problem: 'is from the future' })
  })

  it('of a file that seems to be from the future because the clock was set back a little are used', () => {
    expect(decode(encode(NOW + tolerance))).toEqual({ content })
  })

  it('of another server cannot be used', () => {
    expect(decode(encode(), anOperation({ server: '0043' }))).toEqual({
      problem: 'belongs to another account',
    })
  })
})

describe('the calls', () => {
  it.each([
    ['the token', { token: new Secret('another-test-token') }],
    ['the address', { baseUrl: 'https://proxy.example' }],
  ])('keep the count, and allow the next call at once, when %s has changed', (_what, change) => {
    const bytes = encodeCalls(operation, calls, NOW)
    expect(decodeCalls(bytes, anOperation(change), NOW)).toEqual({
      content: { ...calls, nextRefreshAt: NOW, haveOtherCredentials: true },
    })
  })

  it.each([
    ['the interval', undefined, 5],
    ['the half hour of a probe, while the quota is spent', '2026-03-10', 30],
  ])(
    'allow the next call at once when it was planned farther off than %s',
    (_what, quotaSpentOn, minutes) => {
      const planned = { ...calls, quotaSpentOn, nextRefreshAt: NOW + minutes * 60_000 }
      const later = { ...planned, nextRefreshAt: planned.nextRefreshAt + 1 }
      const read = (of: typeof planned) => decodeCalls(encodeCalls(operation, of, NOW), operation, NOW)
      expect(read(planned).content?.nextRefreshAt).toBe(planned.nextRefreshAt)
      expect(read(later).content?.nextRefreshAt).toBe(NOW)
    },
  )
})

describe('the snapshot', () => {
  it.each([
    ['far ahead', NOW + 60_001, 'was fetched in the future'],
    ['beyond any date', 1e300, 'was fetched in the future'],
    ['before 1970', -1, 'does not have the expected content'],
    ['no number', Number.NaN, 'does not have the expected content'],
  ])('with a time of the fetch that is %s cannot be used', (_what, fetchedAt, problem) => {
    const bytes = encodeSnapshot(operation, { ...snapshot, fetchedAt }, NOW)
    expect(decodeSnapshot(bytes, operation, NOW)).toEqual({ problem })
  })

  it('of another rule for names is not shown', () => {
    const bytes = encodeSnapshot(operation, snapshot, NOW)
    expect(decodeSnapshot(bytes, anOperation({ agentName: 'omit' }), NOW)).toEqual({
      problem: 'shows names in another way',
    })
  })
})

describe('the files of an operation', () => {
  it('stay in the folder whatever its name is, and are apart for each', () => {
    const names = [
      'ventas',
      'Ventas',
      '../../etc/passwd',
      '..',
      'a/b',
      'a_b',
      'ñ'.repeat(128),
      '\u{1f4de}',
      'a b',
    ]
    const files = names.map((name) => fileOf('/folder', name, 'calls'))
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length)
    for (const file of files) expect(file).toMatch(/^\/folder\/[\w-]{1,60}\.calls$/)
  })
})
