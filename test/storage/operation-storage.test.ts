import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { fileOf } from '../../src/storage/file-names.ts'
import { createOperationStorage } from '../../src/storage/operation-storage.ts'
import { createTasks } from '../../src/worker/tasks.ts'
import { anEnvelope, anOperation, answerWith, aRecord, never, serveHttp } from '../helpers.ts'

let folder: string
let warnings: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  warnings = []
})

/** A storage whose work is done in this thread. */
function aStorage(operation = anOperation(), path = folder) {
  const tasks = createTasks(path)
  const isolation = {
    save: () => tasks.save(operation, never),
    load: () => tasks.load(operation, never),
  }
  return {
    tasks,
    storage: createOperationStorage(path, operation, isolation, (problem) => warnings.push(problem)),
  }
}

const calls = () => ({
  requestsOfDay: { day: new Date().toISOString().slice(0, 10), count: 3 },
  nextRefreshAt: Date.now() + 1000,
})

describe('the storage of an operation', () => {
  it('gives back, to the next process, the last good answer as it was served, and the calls', async () => {
    const baseUrl = await serveHttp(
      answerWith(anEnvelope([aRecord(), aRecord({ agent_id: '2', agent_status: 'Baño' })])),
    )
    const operation = anOperation({ baseUrl })
    const before = aStorage(operation)
    const outcome = await before.tasks.attempt(operation, never)
    const kept = calls()
    expect([await before.storage.saveCalls(kept), await before.storage.saveSnapshot()]).toEqual([true, true])
    const recalled = await aStorage(operation).storage.load()
    expect(outcome.ok && recalled.served).toEqual(outcome.ok && outcome.served)
    expect(recalled.calls).toEqual(kept)
    expect(warnings).toEqual([])
  })

  it('is empty at the first start, without a warning', async () => {
    expect(await aStorage().storage.load()).toEqual({ calls: undefined, served: undefined })
    expect(warnings).toEqual([])
  })

  it('warns once for each file that it cannot use, and goes on without', async () => {
    for (const kind of ['calls', 'snapshot'] as const)
      await writeFile(fileOf(folder, 'ventas', kind), 'damaged')
    expect(await aStorage().storage.load()).toEqual({ calls: undefined, served: undefined })
    expect(warnings).toEqual([
      expect.stringMatching(/\.calls is damaged; it is now/),
      expect.stringMatching(/\.snapshot is damaged; it is now/),
    ])
    await aStorage().storage.load()
    expect(warnings).toHaveLength(2)
  })

  it('that cannot be written warns when that begins, each time that it begins', async () => {
    const { storage } = aStorage()
    const path = fileOf(folder, 'ventas', 'calls')
    await mkdir(`${path}.tmp`)
    expect([await storage.saveCalls(calls()), await storage.saveCalls(calls())]).toEqual([false, false])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('EISDIR')
    await rm(`${path}.tmp`, { recursive: true })
    expect(await storage.saveCalls(calls())).toBe(true)
    await mkdir(`${path}.tmp`)
    expect(await storage.saveCalls(calls())).toBe(false)
    expect(warnings).toHaveLength(2)
  })

  it('does not wait for a disk that has stopped answering', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { storage } = aStorage()
    // Opening a pipe to write waits until somebody reads it.
    const pipe = `${fileOf(folder, 'ventas', 'calls')}.tmp`
    execFileSync('mkfifo', [pipe])
    const keeping = storage.saveCalls(calls())
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await keeping).toBe(false)
    expect(warnings).toEqual([expect.stringContaining('the disk has not answered for 10 s')])
    await readFile(pipe)
  })

  it('without a folder keeps nothing, and has nothing to complain of', async () => {
    const { storage } = aStorage(anOperation(), '')
    expect([await storage.saveCalls(calls()), await storage.saveSnapshot()]).toEqual([true, true])
    expect(await storage.load()).toEqual({ calls: undefined, served: undefined })
    expect(warnings).toEqual([])
  })
})
