import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createDisk, type Disk, DiskTimeout } from '../../src/storage/disk.ts'
import { fileOf } from '../../src/storage/file-names.ts'
import { createOperationStorage } from '../../src/storage/operation-storage.ts'
import { createLocks, type Locks, StorageInUse } from '../../src/storage/storage-lock.ts'
import { createTasks } from '../../src/worker/tasks.ts'
import { anEnvelope, anOperation, answerWith, aRecord, never, serveHttp } from '../support/helpers.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let folder: string
let logged: { event: string; file?: string; problem?: string }[]

beforeEach(() => {
  folder = temporaryFolder()
  logged = []
})

/** A storage whose snapshots are encoded in this thread. */
function aStorage(
  operation = anOperation(),
  path = folder,
  disk: Disk = createDisk(),
  locks: Locks = createLocks(),
) {
  const tasks = createTasks(path !== '')
  const codec = {
    encode: async () => tasks.encode(operation),
    restore: (_operation: unknown, bytes: Uint8Array) => tasks.restore(operation, bytes),
  }
  const note = (facts: object, event: string) => logged.push({ event, ...facts })
  const storage = createOperationStorage(path, operation, disk, locks, codec, { warn: note, info: note })
  // Without waiting: on a disk that hangs it never ends.
  onTestFinished(() => void storage.close().finally(() => locks.close()))
  return { tasks, storage }
}

/** A storage that has good data to keep. */
async function aFilledStorage(path = folder, disk?: Disk) {
  const baseUrl = await serveHttp(
    answerWith(anEnvelope([aRecord(), aRecord({ agent_id: '2', agent_status: 'Baño' })])),
  )
  const operation = anOperation({ baseUrl })
  const { tasks, storage } = aStorage(operation, path, disk)
  const attempt = () => tasks.attempt(operation, never)
  return { operation, storage, attempt, outcome: await attempt() }
}

const calls = () => ({
  requestsOfDay: { day: new Date().toISOString().slice(0, 10), count: 3 },
  nextRefreshAt: Date.now() + 1000,
})

const pathOf = (kind: 'calls' | 'snapshot' | 'lock') => fileOf(folder, 'ventas', kind)

describe('the storage of an operation', () => {
  it('gives back, to the next process, the last good answer as it was served, and the calls', async () => {
    const { operation, storage, outcome } = await aFilledStorage()
    const kept = calls()
    await storage.load()
    expect([await storage.saveCalls(kept), await storage.saveSnapshot()]).toEqual([true, true])
    await storage.close()
    const recalled = await aStorage(operation).storage.load()
    expect(outcome.ok && recalled.served).toEqual(outcome.ok && outcome.served)
    expect(recalled.calls).toEqual(kept)
    expect(logged).toEqual([])
  })

  it('is empty at the first start, without a warning', async () => {
    expect(await aStorage().storage.load()).toEqual({ calls: undefined, served: undefined })
    expect(logged).toEqual([])
  })

  it('keeps its files for the owner alone', async () => {
    const { storage } = await aFilledStorage()
    await storage.saveCalls(calls())
    await storage.saveSnapshot()
    for (const kind of ['calls', 'snapshot'] as const) {
      expect((await stat(pathOf(kind))).mode & 0o777).toBe(0o600)
    }
  })

  it('without a folder keeps nothing, and has nothing to report', async () => {
    const { storage } = aStorage(anOperation(), '')
    expect([await storage.saveCalls(calls()), await storage.saveSnapshot()]).toEqual([true, true])
    expect(await storage.load()).toEqual({ calls: undefined, served: undefined })
    expect(logged).toEqual([])
  })
})

describe('stored files that cannot be used', () => {
  it('are reported once, renamed, and the start goes on without them', async () => {
    for (const kind of ['calls', 'snapshot'] as const) await writeFile(pathOf(kind), 'damaged')
    const first = aStorage()
    expect(await first.storage.load()).toEqual({ calls: undefined, served: undefined })
    expect(logged).toEqual(
      (['calls', 'snapshot'] as const).map((kind) => ({
        event: 'stored data is not used',
        file: pathOf(kind),
        problem: `${pathOf(kind)} is damaged; renamed to ${pathOf(kind)}.set-aside`,
      })),
    )
    await first.storage.close()
    await aStorage().storage.load()
    expect(logged).toHaveLength(2)
    expect(await readFile(`${pathOf('calls')}.set-aside`, 'utf8')).toBe('damaged')
  })

  it('are not read when they are larger than 64 MiB', async () => {
    await writeFile(pathOf('snapshot'), '')
    await truncate(pathOf('snapshot'), 64 * 2 ** 20 + 1)
    await aStorage().storage.load()
    expect(logged.map(({ problem }) => problem)).toEqual([
      `${pathOf('snapshot')} is larger than 64 MiB; renamed to ${pathOf('snapshot')}.set-aside`,
    ])
  })

  it('stay where they are when they cannot be renamed', async () => {
    await writeFile(pathOf('calls'), 'damaged')
    await mkdir(`${pathOf('calls')}.set-aside`)
    await aStorage().storage.load()
    expect(logged.map(({ problem }) => problem)).toEqual([
      `${pathOf('calls')} is damaged and could not be renamed (EISDIR)`,
    ])
  })

  it('stay where they are when they cannot be read', async () => {
    await mkdir(pathOf('snapshot'))
    await aStorage().storage.load()
    expect(logged.map(({ problem }) => problem)).toEqual(['cannot be read (EISDIR)'])
  })
})

describe('a file that cannot be written', () => {
  const failed = (kind: 'calls' | 'snapshot', problem: string) => ({
    event: 'storage write failed; check the free space and the owner of the folder',
    file: pathOf(kind),
    problem,
  })
  const recovered = (kind: 'calls' | 'snapshot') => ({ event: 'storage works again', file: pathOf(kind) })

  /** A folder in the file's place: nothing can be renamed over it. */
  const block = async (kind: 'calls' | 'snapshot') => {
    await rm(pathOf(kind), { force: true })
    await mkdir(pathOf(kind))
  }
  const unblock = (kind: 'calls' | 'snapshot') => rm(pathOf(kind), { recursive: true })

  it('costs one warning when that begins, one event when it works again, and the same the next time', async () => {
    const { storage } = aStorage()
    await block('calls')
    for (let times = 0; times < 5; times += 1) expect(await storage.saveCalls(calls())).toBe(false)
    expect(logged).toEqual([failed('calls', 'EISDIR')])
    await unblock('calls')
    for (let times = 0; times < 5; times += 1) expect(await storage.saveCalls(calls())).toBe(true)
    expect(logged).toEqual([failed('calls', 'EISDIR'), recovered('calls')])
    await block('calls')
    expect(await storage.saveCalls(calls())).toBe(false)
    expect(logged).toHaveLength(3)
  })

  it.each([
    ['calls', 'snapshot'],
    ['snapshot', 'calls'],
  ] as const)(
    'costs one warning also where only the %s fail, and the %s can be written',
    async (kind, _other) => {
      const { storage, attempt } = await aFilledStorage()
      await block(kind)
      for (let times = 0; times < 5; times += 1) {
        await attempt()
        await storage.saveCalls(calls())
        await storage.saveSnapshot()
      }
      expect(logged).toEqual([failed(kind, 'EISDIR')])
    },
  )

  it('is reported again when the reason changes', async () => {
    const { storage } = aStorage()
    await block('calls')
    await storage.saveCalls(calls())
    await unblock('calls')
    await rm(folder, { recursive: true })
    await writeFile(folder, 'a file in place of the folder')
    await storage.saveCalls(calls())
    expect(logged.map(({ problem }) => problem)).toEqual([
      'EISDIR',
      expect.stringMatching(/ is not a folder \((EEXIST|ENOTDIR)\)$/),
    ])
  })
})

describe('leftovers of a process that died while writing', () => {
  it('are removed at the start, of this operation alone', async () => {
    const name = basename(pathOf('calls'))
    await writeFile(`${pathOf('calls')}.0b7f.tmp`, 'half')
    await writeFile(`${pathOf('snapshot')}.0b7f.tmp`, 'half')
    await writeFile(`${fileOf(folder, 'cobranza', 'calls')}.0b7f.tmp`, 'of another')
    const { storage } = aStorage()
    await storage.load()
    await storage.saveCalls(calls())
    const names = await readdir(folder)
    expect(names.filter((each) => each.endsWith('.tmp'))).toEqual([
      `${basename(fileOf(folder, 'cobranza', 'calls'))}.0b7f.tmp`,
    ])
    expect(names).toContain(name)
  })
})

describe('a second storage of the same operation in the same folder', () => {
  it('is refused while the first is open, and then opens', async () => {
    const first = aStorage()
    await first.storage.load()
    const second = aStorage()
    await expect(second.storage.load()).rejects.toThrow(StorageInUse)
    await first.storage.close()
    expect(await second.storage.load()).toEqual({ calls: undefined, served: undefined })
  })

  it('is refused with one line that says what to do', async () => {
    await aStorage().storage.load()
    await expect(aStorage().storage.load()).rejects.toThrow(
      `another exporter uses ${pathOf('lock')} for the operation ventas; stop it, or choose another folder with --storage.path`,
    )
  })

  it('opens where the operation is another', async () => {
    await aStorage().storage.load()
    await aStorage(anOperation({ name: 'cobranza' })).storage.load()
    expect(logged).toEqual([])
  })
})

describe('a lock file', () => {
  it('with other content is replaced, without a warning', async () => {
    await writeFile(pathOf('lock'), 'something else that is longer than the header of a database'.repeat(5))
    await aStorage().storage.load()
    await expect(aStorage().storage.load()).rejects.toThrow(StorageInUse)
    expect(logged).toEqual([])
  })

  it.each([
    ['removed', () => rm(pathOf('lock'))],
    ['removed with its folder', () => rm(folder, { recursive: true })],
    [
      'replaced',
      async () => {
        await writeFile(`${pathOf('lock')}.new`, '')
        await rename(`${pathOf('lock')}.new`, pathOf('lock'))
      },
    ],
  ])('that was %s is locked again before the next write, with one warning', async (_how, change) => {
    const { storage } = aStorage()
    await storage.load()
    await change()
    expect([await storage.saveCalls(calls()), await storage.saveCalls(calls())]).toEqual([true, true])
    await expect(aStorage().storage.load()).rejects.toThrow(StorageInUse)
    expect(logged).toEqual([
      { event: 'lock file was removed or replaced; storage is locked again', file: pathOf('lock') },
    ])
  })

  it('that was removed and is now locked by another exporter stops every write', async () => {
    const { storage } = await aFilledStorage()
    await storage.load()
    await rm(pathOf('lock'))
    await aStorage().storage.load()
    await expect(storage.saveCalls(calls())).rejects.toThrow(StorageInUse)
    await expect(storage.saveSnapshot()).rejects.toThrow(StorageInUse)
    expect(await readdir(folder)).toEqual([basename(pathOf('lock'))])
  })

  it('is left to the reads and writes to report where there is no folder to make', async () => {
    await rm(folder, { recursive: true })
    await writeFile(folder, 'a file in place of the folder')
    await aStorage().storage.load()
    expect(logged.map(({ file }) => file)).toEqual([pathOf('calls'), pathOf('snapshot')])
  })
})

describe('a lock that cannot be acquired', () => {
  it('costs one warning, the storage works, and the next write tries again', async () => {
    const { operation, storage } = await aFilledStorage()
    await storage.load()
    await storage.saveSnapshot()
    await storage.close()
    const acquire = vi.fn<Locks['acquire']>().mockRejectedValue(new DiskTimeout('the disk did not answer'))
    const locks = { acquire, release: async () => {}, close: async () => {} }
    const unlocked = aStorage(operation, folder, createDisk(), locks).storage
    expect((await unlocked.load()).served).toBeDefined()
    expect(await unlocked.saveCalls(calls())).toBe(true)
    const warning = {
      event: 'storage is not locked; another exporter could use it too',
      file: pathOf('lock'),
      problem: 'the disk did not answer',
    }
    expect(logged).toEqual([warning])
    acquire.mockResolvedValue('acquired')
    expect(await unlocked.saveCalls(calls())).toBe(true)
    expect(logged).toEqual([warning, { event: 'storage is locked', file: pathOf('lock') }])
  })
})

/** Whatever opens this waits in the system, on a thread of the pool, until the test ends. */
function pipeAt(path: string): void {
  execFileSync('mkfifo', [path])
  onTestFinished(() => {
    // A reader and a writer at once let both kinds of waiting end.
    closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK))
  })
}

describe('a disk that hangs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
  })

  // The leftovers of both files, and the files before it come first.
  it.each([
    ['calls', 3],
    ['snapshot', 4],
  ] as const)(
    'while the %s are read delays the start by 10 s, costs a warning, and the start goes on without',
    async (kind, operations) => {
      pipeAt(pathOf(kind))
      const disk = createDisk()
      const run = vi.spyOn(disk, 'run')
      const loading = aStorage(anOperation(), folder, disk).storage.load()
      await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(operations), 15_000)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(await loading).toEqual({ calls: undefined, served: undefined })
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
    const started = vi.fn(() => hang.promise)
    const disk = createDisk()
    const hanging = disk.run(started).catch(() => {})
    await vi.advanceTimersByTimeAsync(10_000)
    await hanging
    const { storage } = aStorage(anOperation(), folder, disk)
    for (let times = 0; times < 100; times += 1) expect(await storage.saveCalls(calls())).toBe(false)
    expect(await readdir(folder)).toEqual([basename(pathOf('lock'))])
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatchObject({ problem: 'an earlier file operation still hangs' })
  })
})
