import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { readCalls, writeCalls } from '../../src/storage/calls-file.ts'
import { fileOf } from '../../src/storage/file-names.ts'
import { seal } from '../../src/storage/seal.ts'
import { readSnapshot, writeSnapshot } from '../../src/storage/snapshot-file.ts'
import type { Snapshot } from '../../src/wolkvox/snapshot.ts'
import { anOperation } from '../helpers.ts'

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

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
  onTestFinished(() => rm(folder, { recursive: true }))
})

/** Both files, each with how it is written, read and found. */
const kinds = [
  {
    kind: 'snapshot' as const,
    tolerance: 60_000,
    content: snapshot as unknown,
    write: (now = NOW) => writeSnapshot(folder, operation, snapshot, now),
    read: (now = NOW, of = operation) => readSnapshot(folder, of, now),
  },
  {
    kind: 'calls' as const,
    tolerance: 24 * 3_600_000,
    content: calls as unknown,
    write: (now = NOW) => writeCalls(folder, operation, calls, now),
    read: (now = NOW, of = operation) => readCalls(folder, of, now),
  },
]

describe.each(kinds)('the $kind', ({ kind, tolerance, content, write, read }) => {
  const path = () => fileOf(folder, operation.name, kind)

  it('come back as they were', async () => {
    await write()
    expect(await read()).toEqual({ content })
  })

  it('are nothing where there is no file, without a complaint', async () => {
    expect(await read()).toEqual({ content: undefined })
  })

  it('are for the owner alone, and hold no token', async () => {
    await write()
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    expect(await readFile(path(), 'utf8')).not.toContain(operation.token.reveal())
  })

  it.each<[string, string, () => Promise<unknown>]>([
    ['was cut short', 'is damaged', async () => truncate(path(), (await stat(path())).size - 1)],
    ['is empty', 'is damaged', () => truncate(path(), 0)],
    ['is something else', 'is damaged', () => writeFile(path(), 'something else')],
    [
      'has one letter changed',
      'is damaged',
      async () => writeFile(path(), (await readFile(path(), 'utf8')).replace('0042', '0043')),
    ],
    [
      'is of another version',
      'is of another version',
      () => writeFile(path(), seal(JSON.stringify({ version: 1, savedAt: NOW, content: {} }))),
    ],
    [
      'has another content',
      'is not what is expected',
      () => writeFile(path(), seal(JSON.stringify({ version: 2, savedAt: NOW, content: { agents: 5 } }))),
    ],
    ['is no JSON behind its seal', 'is of another version', () => writeFile(path(), seal('{'))],
  ])('of a file that %s are set aside, with one complaint', async (_how, problem, damage) => {
    await write()
    await damage()
    const found = await read()
    expect(found.content).toBeUndefined()
    expect(found.problem).toContain(problem)
    expect(found.problem).toContain(`${path()}.set-aside`)
    expect(await readdir(folder)).toEqual([`${path().slice(folder.length + 1)}.set-aside`])
    expect(await read()).toEqual({ content: undefined })
  })

  it('of a file from the future are set aside', async () => {
    await write(NOW + tolerance + 1)
    expect((await read()).problem).toContain('is from the future')
  })

  it('of a file that a clock set back calls from the future by a little are taken', async () => {
    await write(NOW + tolerance)
    expect(await read()).toEqual({ content })
  })

  it('of another server are set aside', async () => {
    await write()
    expect((await read(NOW, anOperation({ server: '0043' }))).problem).toContain('is of another operation')
  })

  it('that cannot be read are told of, and left where they are', async () => {
    await rm(path(), { force: true })
    await mkdir(path())
    expect((await read()).problem).toContain('cannot be read (EISDIR)')
  })

  it('that cannot be written say so', async () => {
    await rm(folder, { recursive: true })
    await writeFile(folder, 'a file in place of the folder')
    await expect(write()).rejects.toThrow(/EEXIST|ENOTDIR/)
  })
})

describe('the calls', () => {
  it.each([
    ['the token', { token: new Secret('another-test-token') }],
    ['the address', { baseUrl: 'https://proxy.example' }],
  ])('keep the count, and allow the next call at once, when %s has changed', async (_what, change) => {
    await writeCalls(folder, operation, calls, NOW)
    expect(await readCalls(folder, anOperation(change), NOW)).toEqual({
      content: { ...calls, nextRefreshAt: NOW },
    })
  })

  it.each([
    ['the interval', undefined, 5],
    ['the half hour of a probe, while the quota is spent', '2026-03-10', 30],
  ])(
    'allow the next call at once when it was planned farther off than %s',
    async (_what, quotaSpentOn, minutes) => {
      const planned = { ...calls, quotaSpentOn, nextRefreshAt: NOW + minutes * 60_000 }
      await writeCalls(folder, operation, planned, NOW)
      expect((await readCalls(folder, operation, NOW)).content?.nextRefreshAt).toBe(planned.nextRefreshAt)
      await writeCalls(folder, operation, { ...planned, nextRefreshAt: planned.nextRefreshAt + 1 }, NOW)
      expect((await readCalls(folder, operation, NOW)).content?.nextRefreshAt).toBe(NOW)
    },
  )
})

describe('the snapshot', () => {
  it('of another rule for names is not shown', async () => {
    await writeSnapshot(folder, operation, snapshot, NOW)
    const found = await readSnapshot(folder, anOperation({ agentName: 'omit' }), NOW)
    expect(found.problem).toContain('shows names in another way')
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

describe('a damaged file that cannot be moved aside', () => {
  it('stays where it is, with a complaint', async () => {
    const path = fileOf(folder, operation.name, 'calls')
    await writeFile(path, 'damaged')
    await mkdir(`${path}.set-aside`)
    expect((await readCalls(folder, operation, NOW)).problem).toContain(
      'is damaged and could not be moved aside (EISDIR)',
    )
  })
})
