import { describe, expect, it } from 'vitest'
import { reportNamed } from '../../src/reports/index.ts'
import type { Snapshot } from '../../src/reports/read-report.ts'
import { decodeAccount, encodeAccount } from '../../src/storage/account-file.ts'
import { decodeSnapshot, encodeSnapshot } from '../../src/storage/snapshot-file.ts'
import { fileOf } from '../../src/storage/storage.ts'
import { addChecksum } from '../../src/storage/stored-file.ts'
import { anOperation } from '../../tools/fixtures.ts'

const NOW = Date.parse('2026-03-10T17:00:00Z')

const operation = anOperation()
const agents = reportNamed('agents')

const snapshot: Snapshot = {
  fetchedAt: NOW - 60_000,
  records: 3,
  bytes: 1234,
  rows: [
    { id: '1', name: 'Ñandú "1"\n', state: 'Baño', category: 'aux' },
    { id: '__proto__', name: '', state: '', category: 'unknown' },
  ],
  columns: { calls: [3, Number.NaN], ocupation: [0.7638, 0] },
}

const account = {
  requestsOfDay: { day: '2026-03-10', count: 42 },
  exhausted: { day: '2026-03-10', probeAt: NOW + 1_800_000 },
  schedules: { 'of a report': { earliestFetch: NOW + 240_000, credentials: 'fingerprint' } },
}

/** Both files, each with how it is encoded and decoded. */
const kinds = [
  {
    kind: 'snapshot file',
    tolerance: 60_000,
    content: snapshot as unknown,
    encode: (now = NOW) => encodeSnapshot(operation, agents, snapshot, now),
    decode: (bytes: Uint8Array, of = operation) => decodeSnapshot(bytes, of, agents, NOW),
  },
  {
    kind: 'account file',
    tolerance: 30 * 24 * 3_600_000,
    content: account as unknown,
    encode: (now = NOW) => encodeAccount(operation, account, now),
    decode: (bytes: Uint8Array, of = operation) => decodeAccount(bytes, of, NOW),
  },
]

describe.each(kinds)('the $kind', ({ tolerance, content, encode, decode }) => {
  it('has the same content after encoding and decoding', () => {
    expect(decode(encode())).toEqual({ content })
  })

  it('contains no token', () => {
    expect(Buffer.from(encode()).toString()).not.toContain(operation.token.reveal())
  })

  it('shares its memory with nothing, so that it can be transferred to another thread', () => {
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
      'is of version 2, with the content of version 3',
      'is of another version',
      (bytes) => addChecksum(textOf(bytes).replace('"version":3', '"version":2')),
    ],
    [
      'has another content',
      'does not have the expected content',
      () => addChecksum(JSON.stringify({ version: 3, savedAt: NOW, content: { rows: 5 } })),
    ],
    ['is no JSON after its checksum', 'is of another version', () => addChecksum('{')],
  ])('cannot be used if it %s, with the reason', (_how, problem, damage) => {
    expect(decode(damage(encode()))).toEqual({ problem })
  })

  it('cannot be used if it is from the future', () => {
    expect(decode(encode(NOW + tolerance + 1))).toEqual({ problem: 'is from the future' })
  })

  it('is used if it seems to be from the future because the clock was set back a little', () => {
    expect(decode(encode(NOW + tolerance))).toEqual({ content })
  })

  it.each([
    ['server', { server: '0043' }],
    ['base URL', { baseUrl: 'https://proxy.example' }],
  ])('cannot be used for another %s', (_what, change) => {
    expect(decode(encode(), anOperation(change))).toEqual({ problem: 'belongs to another account' })
  })
})

/** The text after the checksum. */
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString().split('\n').slice(1).join('\n')

describe('the name of a file', () => {
  it('stays in the folder and differs for each name, with any characters', () => {
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
      '0042@https://wv0042.wolkvox.com',
      '["ventas","agents"]',
    ]
    const files = names.map((name) => fileOf('/folder', name, 'account'))
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length)
    for (const file of files) expect(file).toMatch(/^\/folder\/[\w-]{1,60}\.account$/)
  })
})
