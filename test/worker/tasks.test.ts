import { describe, expect, it } from 'vitest'
import { createTasks } from '../../src/worker/tasks.ts'
import { anEnvelope, anOperation, answerWith, aRecord, never, serveHttp } from '../support/helpers.ts'

async function attempted(remembersSnapshots: boolean) {
  const baseUrl = await serveHttp(answerWith(anEnvelope([aRecord()])))
  const operation = anOperation({ baseUrl })
  const tasks = createTasks(remembersSnapshots)
  expect(await tasks.attempt(operation, never)).toMatchObject({ ok: true })
  return { operation, tasks }
}

describe('the snapshot of an attempt', () => {
  it('is encoded once, and forgotten then', async () => {
    const { operation, tasks } = await attempted(true)
    expect(tasks.encode(operation).bytes).toBeInstanceOf(Uint8Array)
    expect(tasks.encode(operation)).toEqual({ bytes: undefined })
  })

  it('is of its operation alone', async () => {
    const { tasks } = await attempted(true)
    expect(tasks.encode(anOperation({ name: 'cobranza' }))).toEqual({ bytes: undefined })
  })

  it('is not remembered where nothing is stored', async () => {
    const { operation, tasks } = await attempted(false)
    expect(tasks.encode(operation)).toEqual({ bytes: undefined })
  })

  it('comes back from its bytes as it was rendered', async () => {
    const { operation, tasks } = await attempted(true)
    const { bytes = new Uint8Array() } = tasks.encode(operation)
    const { served, problem } = await tasks.restore(operation, bytes)
    expect([served?.records, problem]).toEqual([1, undefined])
  })
})
