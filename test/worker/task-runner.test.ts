import { describe, expect, it } from 'vitest'
import { toPlain } from '../../src/worker/protocol.ts'
import { createTaskRunner } from '../../src/worker/task-runner.ts'
import type { WorkerTasks } from '../../src/worker/tasks.ts'
import { anOperation } from '../support/helpers.ts'

const operation = toPlain(anOperation())
const encoded = { bytes: new Uint8Array([1]) }

/** Tasks of which the attempt ends only when its signal is aborted, or fails at once. */
function runnerOf(attempt: WorkerTasks['attempt'] = untilAborted) {
  return createTaskRunner({
    attempt,
    encode: () => encoded,
    restore: async (_operation, stored) => ({ served: undefined, problem: `${stored.length} bytes` }),
  })
}

const untilAborted: WorkerTasks['attempt'] = (_operation, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('the tasks of a worker', () => {
  it('are answered under the id of their request', async () => {
    const runner = runnerOf()
    expect(await runner.handle({ id: 7, task: 'encode', operation })).toEqual({ id: 7, result: encoded })
    const stored = new Uint8Array(3)
    expect(await runner.handle({ id: 8, task: 'restore', operation, stored })).toEqual({
      id: 8,
      result: { served: undefined, problem: '3 bytes' },
    })
  })

  it('are answered without a result when they are ended early', async () => {
    const runner = runnerOf()
    const reply = runner.handle({ id: 1, task: 'attempt', operation })
    expect(await runner.handle({ id: 1, abort: true })).toBeUndefined()
    expect(await reply).toEqual({ id: 1, result: undefined })
  })

  it('are ended one by one', async () => {
    const runner = runnerOf()
    const replies = [1, 2].map((id) => runner.handle({ id, task: 'attempt', operation }))
    await runner.handle({ id: 1, abort: true })
    await replies[0]
    expect(runner.running()).toBe(1)
    await runner.handle({ id: 2, abort: true })
    expect(await replies[1]).toEqual({ id: 2, result: undefined })
  })

  it('are forgotten once they have ended, well, ill or early', async () => {
    const runner = runnerOf()
    await runner.handle({ id: 1, task: 'encode', operation })
    const ended = runner.handle({ id: 2, task: 'attempt', operation })
    expect(runner.running()).toBe(1)
    await runner.handle({ id: 2, abort: true })
    await ended
    expect(runner.running()).toBe(0)
    const failing = runnerOf(() => Promise.reject(new Error('a fault')))
    await expect(failing.handle({ id: 3, task: 'attempt', operation })).rejects.toThrow('a fault')
    expect(failing.running()).toBe(0)
  })

  it('may be ended when they have ended already', async () => {
    const runner = runnerOf()
    await runner.handle({ id: 1, task: 'encode', operation })
    expect(await runner.handle({ id: 1, abort: true })).toBeUndefined()
  })
})
