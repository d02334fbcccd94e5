import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { fileOf } from '../../src/storage/file-names.ts'
import { createMemory } from '../../src/storage/memory.ts'
import { createTasks } from '../../src/worker/tasks.ts'
import { anEnvelope, anOperation, answerWith, aRecord, never, serveHttp } from '../helpers.ts'

let folder: string
let warnings: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wolkvox-exporter-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  warnings = []
})

/** A memory whose work is done in this thread. */
function aMemory(operation = anOperation(), path = folder) {
  const tasks = createTasks(path)
  const isolation = {
    keep: () => tasks.keep(operation, never),
    recall: () => tasks.recall(operation, never),
  }
  return { tasks, memory: createMemory(path, operation, isolation, (problem) => warnings.push(problem)) }
}

const calls = () => ({
  requestsOfDay: { day: new Date().toISOString().slice(0, 10), count: 3 },
  nextRefreshAt: Date.now() + 1000,
})

describe('the memory of an operation', () => {
  it('gives back, to the next process, the last good answer as it was served, and the calls', async () => {
    const baseUrl = await serveHttp(
      answerWith(anEnvelope([aRecord(), aRecord({ agent_id: '2', agent_status: 'Baño' })])),
    )
    const operation = anOperation({ baseUrl })
    const before = aMemory(operation)
    const outcome = await before.tasks.attempt(operation, never)
    const kept = calls()
    expect([await before.memory.keepCalls(kept), await before.memory.keepSnapshot()]).toEqual([true, true])
    const recalled = await aMemory(operation).memory.recall()
    expect(outcome.ok && recalled.served).toEqual(outcome.ok && outcome.served)
    expect(recalled.calls).toEqual(kept)
    expect(warnings).toEqual([])
  })

  it('is empty at the first start, without a warning', async () => {
    expect(await aMemory().memory.recall()).toEqual({ calls: undefined, served: undefined })
    expect(warnings).toEqual([])
  })

  it('warns once for each file that it cannot use, and goes on without', async () => {
    for (const kind of ['calls', 'snapshot'] as const)
      await writeFile(fileOf(folder, 'ventas', kind), 'damaged')
    expect(await aMemory().memory.recall()).toEqual({ calls: undefined, served: undefined })
    expect(warnings).toEqual([
      expect.stringMatching(/\.calls is damaged; it is now/),
      expect.stringMatching(/\.snapshot is damaged; it is now/),
    ])
    await aMemory().memory.recall()
    expect(warnings).toHaveLength(2)
  })

  it('that cannot be written warns when that begins, each time that it begins', async () => {
    const { memory } = aMemory()
    const path = fileOf(folder, 'ventas', 'calls')
    await mkdir(`${path}.tmp`)
    expect([await memory.keepCalls(calls()), await memory.keepCalls(calls())]).toEqual([false, false])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('EISDIR')
    await rm(`${path}.tmp`, { recursive: true })
    expect(await memory.keepCalls(calls())).toBe(true)
    await mkdir(`${path}.tmp`)
    expect(await memory.keepCalls(calls())).toBe(false)
    expect(warnings).toHaveLength(2)
  })

  it('does not wait for a disk that has stopped answering', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { memory } = aMemory()
    // Opening a pipe to write waits until somebody reads it.
    const pipe = `${fileOf(folder, 'ventas', 'calls')}.tmp`
    execFileSync('mkfifo', [pipe])
    const keeping = memory.keepCalls(calls())
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await keeping).toBe(false)
    expect(warnings).toEqual([expect.stringContaining('the disk has not answered for 10 s')])
    await readFile(pipe)
  })

  it('without a folder keeps nothing, and has nothing to complain of', async () => {
    const { memory } = aMemory(anOperation(), '')
    expect([await memory.keepCalls(calls()), await memory.keepSnapshot()]).toEqual([true, true])
    expect(await memory.recall()).toEqual({ calls: undefined, served: undefined })
    expect(warnings).toEqual([])
  })
})
