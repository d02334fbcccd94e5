import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { accountIdOf } from '../../src/config/account.ts'
import type { Operation } from '../../src/config/operation.ts'
import { credentialsFingerprint } from '../../src/config/operation-changes.ts'
import type { RenderedSnapshot } from '../../src/model/outcome.ts'
import type { StoredAccount } from '../../src/model/storage-ports.ts'
import { reportKey } from '../../src/scheduling/scheduled-report.ts'
import { createSupervisor } from '../../src/scheduling/supervisor.ts'
import { createDisk, type Disk, DiskTimeoutError } from '../../src/storage/disk.ts'
import { createStorage, fileOf, type Storage } from '../../src/storage/storage.ts'
import { createLocks, LockError, type Locks, StorageInUseError } from '../../src/storage/storage-lock.ts'
import { addChecksum } from '../../src/storage/stored-file.ts'
import { type FromWorker, type TaskRequest, toPlain } from '../../src/worker/protocol.ts'
import { createTaskRunner } from '../../src/worker/tasks.ts'
import { createWorkerClient } from '../../src/worker/worker-client.ts'
import { createWorkerPool, WorkerLostError } from '../../src/worker/worker-pool.ts'
import { anEnvelope, anOperation, aRecord, HASH_KEY } from '../../tools/fixtures.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { storedFile } from '../support/stored-files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const SCRIPTED = new URL('../support/scripted-thread.ts', import.meta.url)

const FETCHED_AT = Date.UTC(2026, 2, 10, 15, 0, 0)

const ventas = anOperation()
/** Another operation of the same account. */
const soporte = anOperation({ name: 'soporte' })
const otherAccount = anOperation({ name: 'cobranza', server: '0043' })

let folder: string
let logged: { event: string; file?: string; problem?: string }[]

beforeEach(() => {
  folder = temporaryFolder()
  logged = []
})

const log = {
  warn: (facts: object, event: string) => void logged.push({ event, ...facts }),
  info: (facts: object, event: string) => void logged.push({ event, ...facts }),
  debug: () => {},
}

/** Runs a task in this thread. */
async function run(request: TaskRequest): Promise<FromWorker[]> {
  const messages: FromWorker[] = []
  await createTaskRunner().handle({ id: 1, request }, (message) => messages.push(message))
  return messages
}

/** The storage of a process whose snapshots are decoded in this thread. */
function aStorage({
  path = folder,
  disk = createDisk(),
  locks = createLocks(),
}: {
  path?: string
  disk?: Disk
  locks?: Locks
} = {}): Storage {
  // Without waiting: while the disk hangs, it never ends.
  onTestFinished(() => void locks.close())
  const restore = async (operation: Operation, report: string, stored: Uint8Array) => {
    const [reply] = await run({ task: 'restore', operation: toPlain(operation), report, stored })
    if (reply === undefined || !('result' in reply)) throw new Error('there is no result')
    return reply.result as { rendered: RenderedSnapshot | undefined; problem: string | undefined }
  }
  return createStorage(path, disk, locks, restore, log)
}

const credentialsOf = (operation: Operation) => ({
  [reportKey(operation.name, 'agents')]: credentialsFingerprint(operation),
})

/** Opens the storage of one operation, and of its report `agents`. */
function open(storage: Storage, operation = ventas) {
  const account = storage.account(operation)
  const snapshots = storage.snapshots(operation, 'agents')
  return {
    account,
    snapshots,
    load: async () => ({
      account: await account.load(),
      rendered: await snapshots.load(),
    }),
    save: async () => [await account.save(counts()), await snapshots.save(encodedSnapshot(operation))],
  }
}

const NOTHING = { account: undefined, rendered: undefined }

/** The outcome of a refresh, and the bytes of its data's file. */
async function refresh(operation: Operation, fetchedAt = FETCHED_AT) {
  const body = Buffer.from(anEnvelope([aRecord(), aRecord({ agent_id: '2', agent_status: 'Baño' })]))
  const response = { status: 200, body, fetchedAt }
  const [outcome, file] = await run({
    task: 'read',
    operation: toPlain(operation),
    report: 'agents',
    response,
    encode: true,
  })
  if (outcome === undefined || !('result' in outcome)) throw new Error('there is no outcome')
  if (file === undefined || !('encoded' in file)) throw new Error('nothing is encoded')
  const { rendered } = outcome.result as { rendered: RenderedSnapshot }
  return { rendered, encoded: file.encoded }
}

const encodedSnapshot = async (operation = ventas) => (await refresh(operation)).encoded

const counts = (): StoredAccount => ({
  requestsOfDay: { day: new Date().toISOString().slice(0, 10), count: 3 },
  schedules: Object.fromEntries(
    Object.entries(credentialsOf(ventas)).map(([key, credentials]) => [
      key,
      { credentials, earliestFetch: FETCHED_AT },
    ]),
  ),
})

const pathOf = (kind: 'account' | 'snapshot' | 'lock', operation = ventas) =>
  storedFile(folder, kind, operation)

const DATA_FILES = ['account', 'snapshot'] as const

describe('the storage', () => {
  it('gives the next process the data as it was served, and the counts and schedules of the account', async () => {
    const { rendered, encoded } = await refresh(ventas)
    const first = open(aStorage())
    await first.load()
    const { requestsOfDay } = counts()
    expect([
      await first.account.save(counts()),
      await first.snapshots.save(Promise.resolve(encoded)),
    ]).toEqual([true, true])
    await first.account.close()
    const restored = await open(aStorage()).load()
    expect(restored.rendered).toEqual(rendered)
    expect(restored.account).toEqual({
      requestsOfDay,
      exhausted: undefined,
      schedules: counts().schedules,
    })
    expect(logged).toEqual([])
  })

  it('is empty at the first start, without a warning', async () => {
    expect(await open(aStorage()).load()).toEqual(NOTHING)
    expect(logged).toEqual([])
  })

  it('makes its files readable by the owner alone', async () => {
    await open(aStorage()).save()
    for (const kind of DATA_FILES) {
      expect((await stat(pathOf(kind))).mode & 0o777).toBe(0o600)
    }
  })

  it('without a folder keeps nothing and reports nothing', async () => {
    const opened = open(aStorage({ path: '' }))
    expect(await opened.save()).toEqual([true, true])
    expect(await opened.load()).toEqual(NOTHING)
    expect(logged).toEqual([])
  })

  it('keeps a file for each report of each operation', async () => {
    const storage = aStorage()
    await open(storage, ventas).save()
    await open(storage, soporte).save()
    await storage.snapshots(ventas, 'token_info').save(encodedSnapshot(ventas))
    const snapshots = (await readdir(folder)).filter((name) => name.endsWith('.snapshot'))
    expect(snapshots).toHaveLength(3)
  })
})

describe('operations of one account', () => {
  it('share the account file and the lock', async () => {
    const storage = aStorage()
    for (const operation of [ventas, soporte]) {
      const opened = open(storage, operation)
      await opened.load()
      await opened.save()
    }
    expect((await readdir(folder)).sort()).toEqual(
      [
        pathOf('account'),
        pathOf('lock'),
        ...[ventas, soporte].map((operation) => pathOf('snapshot', operation)),
      ]
        .map((path) => basename(path))
        .sort(),
    )
  })

  it('are used by one exporter, even if another one refreshes other operations of the account', async () => {
    await open(aStorage(), ventas).load()
    await expect(open(aStorage(), soporte).load()).rejects.toThrow(StorageInUseError)
  })

  it('cost one warning if their lock fails', async () => {
    const acquire = vi.fn<Locks['acquire']>().mockRejectedValue(new LockError('no locks here'))
    const storage = aStorage({ locks: { acquire, release: async () => {}, close: async () => {} } })
    for (const operation of [ventas, soporte]) {
      const opened = open(storage, operation)
      await opened.load()
      expect(await opened.save()).toEqual([true, true])
    }
    expect(logged).toEqual([notLocked('no locks here')])
  })
})

describe('operations of two accounts', () => {
  it('with the same name keep their data apart in one folder', () => {
    const one = anOperation({ name: 'ventas', server: '0042', baseUrl: 'https://a.example' })
    const other = anOperation({ name: 'ventas', server: '0043', baseUrl: 'https://b.example' })
    for (const kind of ['account', 'lock', 'snapshot'] as const) {
      expect(storedFile(folder, kind, one)).not.toBe(storedFile(folder, kind, other))
    }
  })

  it.each([
    ['servers', otherAccount],
    ['base URLs', anOperation({ name: 'cobranza', baseUrl: 'https://proxy.example' })],
  ])('with different %s share neither the account file nor the lock', async (_what, operation) => {
    const storage = aStorage()
    for (const each of [ventas, operation]) {
      const opened = open(storage, each)
      await opened.load()
      await opened.save()
    }
    const names = await readdir(folder)
    for (const kind of ['.account', '.lock', '.snapshot']) {
      expect(names.filter((name) => name.endsWith(kind))).toHaveLength(2)
    }
  })

  it('cost one warning each if their locks fail', async () => {
    const acquire = vi.fn<Locks['acquire']>().mockRejectedValue(new LockError('no locks here'))
    const storage = aStorage({ locks: { acquire, release: async () => {}, close: async () => {} } })
    for (const operation of [ventas, otherAccount, ventas]) await open(storage, operation).load()
    expect(logged.map(({ file }) => file)).toEqual([pathOf('lock'), pathOf('lock', otherAccount)])
  })
})

const notLocked = (problem: string) => ({
  event: 'storage is not locked',
  file: pathOf('lock'),
  problem,
  hint: 'make sure that no other exporter uses the folder',
})

describe('stored files that cannot be used', () => {
  const setAside = (kind: (typeof DATA_FILES)[number], problem: string) => ({
    event: 'stored data is not used',
    file: pathOf(kind),
    problem: `${pathOf(kind)} ${problem}; renamed to ${pathOf(kind)}.set-aside`,
  })

  it('are reported once, renamed, and the start continues without them', async () => {
    for (const kind of DATA_FILES) await writeFile(pathOf(kind), 'damaged')
    const first = open(aStorage())
    expect(await first.load()).toEqual(NOTHING)
    expect(logged).toEqual(DATA_FILES.map((kind) => setAside(kind, 'is damaged')))
    await first.account.close()
    await open(aStorage()).load()
    expect(logged).toHaveLength(2)
    expect(await readFile(`${pathOf('account')}.set-aside`, 'utf8')).toBe('damaged')
  })

  it('include a snapshot of another account, which is set aside once', async () => {
    await writeFile(pathOf('snapshot'), await encodedSnapshot(otherAccount))
    expect(await open(aStorage()).snapshots.load()).toBeUndefined()
    expect(await open(aStorage()).snapshots.load()).toBeUndefined()
    expect(logged).toEqual([setAside('snapshot', 'belongs to another account')])
  })

  it('include a snapshot with other privacy settings, which is deleted with one that was set aside', async () => {
    await writeFile(pathOf('snapshot'), await encodedSnapshot(anOperation({ agentName: 'omit' })))
    await writeFile(`${pathOf('snapshot')}.set-aside`, 'names')
    expect(await open(aStorage()).snapshots.load()).toBeUndefined()
    expect(await open(aStorage()).snapshots.load()).toBeUndefined()
    expect(logged).toHaveLength(1)
    expect(JSON.stringify(logged)).toContain('was stored with other privacy settings; deleted')
    expect((await readdir(folder)).filter((name) => name.includes('snapshot'))).toEqual([])
  })

  it.each([{ agentName: 'omit' }, { agentId: 'hash', hashKey: HASH_KEY }] as const)(
    'are deleted if they were set aside before %j, also without another file',
    async (privacy) => {
      await writeFile(`${pathOf('snapshot')}.set-aside`, 'names')
      await open(aStorage()).snapshots.load()
      expect(await readdir(folder)).toContain(basename(`${pathOf('snapshot')}.set-aside`))
      expect(await open(aStorage(), anOperation(privacy)).snapshots.load()).toBeUndefined()
      expect((await readdir(folder)).filter((name) => name.includes('snapshot'))).toEqual([])
      expect(logged).toEqual([])
    },
  )

  it.each([{ agentName: 'omit' }, { agentId: 'hash', hashKey: HASH_KEY }] as const)(
    'include those of reports that are no longer fetched, which are deleted while agents are hidden: %j',
    async (hidden) => {
      const unused = basename(
        fileOf(folder, JSON.stringify([ventas.name, 'chats', accountIdOf(ventas)]), 'snapshot'),
      )
      const leftover = `${unused}.0f5ab1c2.tmp`
      const ofAnother = basename(
        fileOf(folder, JSON.stringify(['soporte', 'chats', accountIdOf(ventas)]), 'snapshot'),
      )
      const files = [unused, `${unused}.set-aside`, leftover, ofAnother]
      for (const file of files) await writeFile(join(folder, file), 'names')
      await open(aStorage()).snapshots.load()
      expect(await readdir(folder)).toEqual(expect.arrayContaining(files))
      await open(aStorage(), anOperation(hidden)).snapshots.load()
      expect(await readdir(folder)).toEqual([ofAnother])
      const problem = /^.+ is of a report that is not fetched and may show hidden agents; deleted$/
      expect(logged.map(({ problem }) => problem)).toEqual(Array(3).fill(expect.stringMatching(problem)))
    },
  )

  it('are reported if they were set aside, may show names and cannot be deleted', async () => {
    // A folder in the place of the file.
    await mkdir(`${pathOf('snapshot')}.set-aside`)
    await open(aStorage(), anOperation({ agentName: 'omit' })).snapshots.load()
    expect(logged).toEqual([
      {
        event: 'stored data is not used',
        file: pathOf('snapshot'),
        problem: expect.stringMatching(/^set aside earlier and cannot be deleted \(\w+\); delete it$/),
      },
    ])
  })

  it('include a snapshot from the future, which is set aside once', async () => {
    const { encoded } = await refresh(ventas, Date.now() + 120_000)
    await writeFile(pathOf('snapshot'), encoded)
    for (let times = 0; times < 2; times += 1) {
      expect(await open(aStorage()).snapshots.load()).toBeUndefined()
    }
    expect(logged).toEqual([setAside('snapshot', 'was fetched in the future')])
  })

  it('include a snapshot of another report, which is set aside once', async () => {
    const tokenInfo = () => aStorage().snapshots(ventas, 'token_info')
    await tokenInfo().save(encodedSnapshot())
    const [name = ''] = await readdir(folder).then((names) =>
      names.filter((each) => each.endsWith('.snapshot')),
    )
    for (let times = 0; times < 2; times += 1) expect(await tokenInfo().load()).toBeUndefined()
    expect(logged).toHaveLength(1)
    expect(logged[0]?.problem).toMatch(/ does not have the expected content; renamed to /)
    expect(await readdir(folder)).toContain(`${name}.set-aside`)
  })

  it('include files of storage version 2, with one warning each', async () => {
    for (const kind of DATA_FILES) {
      const content = JSON.stringify({ version: 2, savedAt: FETCHED_AT, content: {} })
      await writeFile(pathOf(kind), addChecksum(content))
    }
    const first = open(aStorage())
    expect(await first.load()).toEqual(NOTHING)
    await first.account.close()
    expect(await open(aStorage()).load()).toEqual(NOTHING)
    expect(logged).toEqual(DATA_FILES.map((kind) => setAside(kind, 'is of another version')))
  })

  it('are not read when they are larger than 64 MiB', async () => {
    await writeFile(pathOf('snapshot'), '')
    await truncate(pathOf('snapshot'), 64 * 2 ** 20 + 1)
    await open(aStorage()).load()
    expect(logged).toEqual([setAside('snapshot', 'is larger than 64 MiB')])
  })

  it('stay where they are when they cannot be renamed', async () => {
    await writeFile(pathOf('account'), 'damaged')
    await mkdir(`${pathOf('account')}.set-aside`)
    await open(aStorage()).load()
    expect(logged.map(({ problem }) => problem)).toEqual([
      `${pathOf('account')} is damaged and could not be renamed (EISDIR)`,
    ])
  })

  it('stay where they are when they cannot be read', async () => {
    await mkdir(pathOf('snapshot'))
    await open(aStorage()).load()
    expect(logged.map(({ problem }) => problem)).toEqual(['cannot be read (it is not a regular file)'])
  })
})

it.each(['account', 'snapshot'] as const)(
  'a pipe in place of the %s file costs one warning and no delay',
  async (kind) => {
    pipeAt(pathOf(kind))
    expect(await open(aStorage()).load()).toEqual(NOTHING)
    expect(logged).toEqual([
      {
        event: 'stored data is not used',
        file: pathOf(kind),
        problem: 'cannot be read (it is not a regular file)',
      },
    ])
  },
)

describe('a file that cannot be written', () => {
  const failed = (kind: (typeof DATA_FILES)[number], problem: string) => ({
    event: 'storage write failed',
    file: pathOf(kind),
    problem,
    hint: 'check the free space and the owner of the folder',
    failures: 1,
  })
  const recovered = (kind: (typeof DATA_FILES)[number]) =>
    expect.objectContaining({ event: 'storage works again', file: pathOf(kind) })

  /** A folder in place of the file: nothing can be renamed over it. */
  const block = async (kind: (typeof DATA_FILES)[number]) => {
    await rm(pathOf(kind), { force: true })
    await mkdir(pathOf(kind))
  }
  const unblock = (kind: (typeof DATA_FILES)[number]) => rm(pathOf(kind), { recursive: true })

  it('costs one warning when that begins, one event when it works again, and no more within the hour', async () => {
    const { account } = open(aStorage())
    await block('account')
    for (let times = 0; times < 5; times += 1) expect(await account.save(counts())).toBe(false)
    expect(logged).toEqual([failed('account', 'EISDIR')])
    await unblock('account')
    for (let times = 0; times < 5; times += 1) expect(await account.save(counts())).toBe(true)
    expect(logged).toEqual([failed('account', 'EISDIR'), recovered('account')])
    for (let times = 0; times < 5; times += 1) {
      await block('account')
      expect(await account.save(counts())).toBe(false)
      await unblock('account')
      expect(await account.save(counts())).toBe(true)
    }
    expect(logged).toHaveLength(2)
  })

  it.each([
    ['account', 'snapshot'],
    ['snapshot', 'account'],
  ] as const)(
    'costs one warning also if only the %s fails, and the %s can be written',
    async (kind, _other) => {
      const opened = open(aStorage())
      await block(kind)
      for (let times = 0; times < 5; times += 1) {
        expect(await opened.save()).toEqual(DATA_FILES.map((each) => each !== kind))
      }
      expect(logged).toEqual([failed(kind, 'EISDIR')])
    },
  )

  it('is reported again when the reason changes', async () => {
    const { account } = open(aStorage())
    await block('account')
    await account.save(counts())
    await unblock('account')
    await rm(folder, { recursive: true })
    await writeFile(folder, 'a file in place of the folder')
    await account.save(counts())
    expect(logged.map(({ problem }) => problem)).toEqual([
      'EISDIR',
      expect.stringMatching(/ is not a folder \((EEXIST|ENOTDIR)\)$/),
    ])
  })

  it('includes a snapshot whose worker thread was lost while encoding; the file before it stays', async () => {
    const { snapshots } = open(aStorage())
    await snapshots.save(encodedSnapshot())
    const before = await readFile(pathOf('snapshot'))
    for (let times = 0; times < 2; times += 1) {
      const lost = Promise.reject(new WorkerLostError('the worker thread ended: it has exited', 'internal'))
      expect(await snapshots.save(lost)).toBe(false)
    }
    expect(await readFile(pathOf('snapshot'))).toEqual(before)
    expect(logged).toEqual([failed('snapshot', 'the worker thread ended: it has exited')])
    expect(await snapshots.save(encodedSnapshot())).toBe(true)
    expect(logged.at(-1)).toEqual(recovered('snapshot'))
  })
})

describe('a worker thread that is lost while it encodes a snapshot', () => {
  it('counts as one storage failure of the operation, and the data is served', async () => {
    const pool = createWorkerPool({ thread: SCRIPTED })
    const { attempt } = createWorkerClient(pool, true)
    const storage = aStorage()
    const supervisor = createSupervisor({
      attempt,
      storageOf: storage.account,
      snapshotsOf: storage.snapshots,
      events: {
        onResumed: () => {},
        onTurn: () => {},
        onRetry: () => {},
        onRefreshed: () => {},
        onRemoved: () => {},
      },
    })
    onTestFinished(async () => {
      await supervisor.stop()
      await pool.close()
    })
    await supervisor.apply([anOperation({ name: 'read exits before it has encoded' })])
    await vi.waitFor(() => expect(supervisor.state().operations[0]?.storageFailures).toBe(1), 15_000)
    expect(supervisor.state().reports[0]).toMatchObject({ refreshes: 1, rendered: expect.anything() })
    expect(logged.map(({ problem }) => problem)).toEqual(['the worker thread ended: it has exited'])
  })
})

describe('leftovers of a process that died while writing', () => {
  it('are removed at the start, but not those of another account', async () => {
    for (const kind of DATA_FILES) await writeFile(`${pathOf(kind)}.0b7f.tmp`, 'half')
    const foreign = `${pathOf('account', otherAccount)}.0b7f.tmp`
    await writeFile(foreign, 'of another')
    const opened = open(aStorage())
    await opened.load()
    await opened.account.save(counts())
    const names = await readdir(folder)
    expect(names.filter((each) => each.endsWith('.tmp'))).toEqual([basename(foreign)])
    expect(names).toContain(basename(pathOf('account')))
  })
})

describe('a second storage of the same account in the same folder', () => {
  it('is refused while the first is open, and then opens', async () => {
    const first = open(aStorage())
    await first.load()
    const second = open(aStorage())
    await expect(second.load()).rejects.toThrow(StorageInUseError)
    await first.account.close()
    expect(await second.load()).toEqual(NOTHING)
  })

  it('is refused with one line that says what to do', async () => {
    await open(aStorage()).load()
    await expect(open(aStorage()).load()).rejects.toThrow(
      `another exporter uses ${pathOf('lock')} for the account 0042; stop it, or choose another folder with --storage.path`,
    )
  })

  it('opens if the account is another', async () => {
    await open(aStorage()).load()
    await open(aStorage(), otherAccount).load()
    expect(logged).toEqual([])
  })
})

describe('a storage that was closed', () => {
  it('can be opened again, without a warning', async () => {
    const storage = aStorage()
    for (let times = 0; times < 3; times += 1) {
      const opened = open(storage)
      await opened.load()
      await opened.save()
      await opened.account.close()
    }
    expect(logged).toEqual([])
  })
})

describe('a lock file', () => {
  it('with other content is replaced, without a warning', async () => {
    await writeFile(pathOf('lock'), 'something else that is longer than the header of a database'.repeat(5))
    await open(aStorage()).load()
    await expect(open(aStorage()).load()).rejects.toThrow(StorageInUseError)
    expect(logged).toEqual([])
  })

  const changes: readonly (readonly [string, () => Promise<void>])[] = [
    ['removed', () => rm(pathOf('lock'))],
    ['removed with its folder', () => rm(folder, { recursive: true })],
    [
      'replaced',
      async () => {
        await writeFile(`${pathOf('lock')}.new`, '')
        await rename(`${pathOf('lock')}.new`, pathOf('lock'))
      },
    ],
  ]

  it.each(changes)(
    'that was %s is locked again before the next write, with one warning',
    async (_how, change) => {
      const { account, load } = open(aStorage())
      await load()
      await change()
      expect([await account.save(counts()), await account.save(counts())]).toEqual([true, true])
      await expect(open(aStorage()).load()).rejects.toThrow(StorageInUseError)
      expect(logged).toEqual([
        {
          event: 'storage is locked again',
          file: pathOf('lock'),
          problem: 'the lock file was removed or replaced',
        },
      ])
    },
  )

  it('that was removed is locked again before a snapshot is written, too', async () => {
    const { snapshots, load } = open(aStorage())
    await load()
    await rm(pathOf('lock'))
    expect(await snapshots.save(encodedSnapshot())).toBe(true)
    await expect(open(aStorage()).load()).rejects.toThrow(StorageInUseError)
  })

  it('that was removed while a snapshot was encoded is locked again before it is written', async () => {
    const { snapshots, load } = open(aStorage())
    await load()
    const encoding = Promise.withResolvers<Uint8Array>()
    const saved = snapshots.save(encoding.promise)
    // Longer than acquiring the lock takes.
    await load()
    await rm(pathOf('lock'))
    encoding.resolve(await encodedSnapshot())
    expect(await saved).toBe(true)
    await expect(open(aStorage()).load()).rejects.toThrow(StorageInUseError)
  })

  it('that was removed and is now locked by another exporter stops every write', async () => {
    const { account, snapshots, load } = open(aStorage())
    await load()
    await rm(pathOf('lock'))
    await open(aStorage()).load()
    await expect(account.save(counts())).rejects.toThrow(StorageInUseError)
    await expect(snapshots.save(encodedSnapshot())).rejects.toThrow(StorageInUseError)
    expect(await readdir(folder)).toEqual([basename(pathOf('lock'))])
  })

  it('that another exporter has locked keeps the files as they were', async () => {
    const opened = open(aStorage())
    await opened.load()
    await opened.save()
    const read = () => Promise.all(DATA_FILES.map((kind) => readFile(pathOf(kind), 'utf8')))
    const before = await read()
    await rm(pathOf('lock'))
    await open(aStorage()).load()
    await expect(opened.account.save({ ...counts(), schedules: {} })).rejects.toThrow(StorageInUseError)
    await expect(opened.snapshots.save(refresh(ventas, 1).then(({ encoded }) => encoded))).rejects.toThrow(
      StorageInUseError,
    )
    expect(await read()).toEqual(before)
  })

  it('is left to the reads and writes to report if the folder cannot be created', async () => {
    await rm(folder, { recursive: true })
    await writeFile(folder, 'a file in place of the folder')
    await open(aStorage()).load()
    expect(logged.map(({ file }) => file)).toEqual([pathOf('account'), pathOf('snapshot')])
  })

  it('that cannot be opened in a folder that can be written costs a warning', async () => {
    await mkdir(pathOf('lock'))
    const opened = open(aStorage())
    await opened.load()
    expect(await opened.save()).toEqual([true, true])
    expect(logged).toEqual([notLocked('unable to open database file')])
  })
})

describe('a lock that cannot be acquired', () => {
  it('costs one warning, the storage works, and the next write tries again', async () => {
    const stored = open(aStorage())
    await stored.load()
    await stored.snapshots.save(encodedSnapshot())
    await stored.account.close()
    const acquire = vi
      .fn<Locks['acquire']>()
      .mockRejectedValue(new DiskTimeoutError('the disk did not answer'))
    const locks = { acquire, release: async () => {}, close: async () => {} }
    const unlocked = open(aStorage({ locks }))
    expect((await unlocked.load()).rendered).toBeDefined()
    expect(await unlocked.account.save(counts())).toBe(true)
    expect(logged).toEqual([notLocked('the disk did not answer')])
    acquire.mockResolvedValue('acquired')
    expect(await unlocked.account.save(counts())).toBe(true)
    expect(logged).toEqual([
      notLocked('the disk did not answer'),
      { event: 'storage is locked', file: pathOf('lock') },
    ])
  })
})

/** Opening this pipe waits in the kernel, on a thread of libuv's pool, until the test ends. */
function pipeAt(path: string): void {
  execFileSync('mkfifo', [path])
  onTestFinished(() => {
    // Opened for reading and writing, so that waiting readers and waiting writers continue.
    closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK))
  })
}

describe('a disk that hangs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
  })

  // The leftovers of each file come before the file; the account comes before the snapshot.
  it.each([
    ['account', 2],
    ['snapshot', 4],
  ] as const)(
    'while the %s file is read delays the start by 10 s, costs a warning, and the start continues without',
    async (kind, operations) => {
      const real = createDisk()
      const runs = vi.fn()
      const disk: Disk = {
        ...real,
        run: (operation) => {
          runs()
          return real.run(runs.mock.calls.length === operations ? () => new Promise(() => {}) : operation)
        },
      }
      const loading = open(aStorage({ disk })).load()
      await vi.waitFor(() => expect(runs).toHaveBeenCalledTimes(operations), 15_000)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await loading).toEqual(NOTHING)
      expect(logged.filter(({ file }) => file === pathOf(kind))).toEqual([
        {
          event: 'stored data is not used',
          file: pathOf(kind),
          problem: 'cannot be read (the disk did not answer within 10 s)',
        },
      ])
    },
  )

  it('while a file is written costs one thread of the pool, however often it is written again', async () => {
    const hang = Promise.withResolvers<never>()
    const disk = createDisk()
    const hanging = disk.run(() => hang.promise).catch(() => {})
    await vi.advanceTimersByTimeAsync(10_000)
    await hanging
    const { account } = open(aStorage({ disk }))
    for (let times = 0; times < 100; times += 1) expect(await account.save(counts())).toBe(false)
    expect(await readdir(folder)).toEqual([basename(pathOf('lock'))])
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatchObject({ problem: 'an earlier file operation still hangs' })
  })
})
