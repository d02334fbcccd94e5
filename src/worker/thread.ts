import { parentPort, workerData } from 'node:worker_threads'
import type { Abort, Reply, TaskRequest, ThreadData } from './protocol.ts'
import { createTaskRunner } from './task-runner.ts'
import { createTasks } from './tasks.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread only')

const runner = createTaskRunner(createTasks((workerData as ThreadData).remembersSnapshots))

port.on('message', async (message: TaskRequest | Abort) => {
  const reply = await runner.handle(message)
  if (reply !== undefined) port.postMessage(reply, transferable(reply))
})

/** The bytes of a reply, which change hands instead of being copied. */
function transferable({ result }: Reply): ArrayBuffer[] {
  if (result === undefined) return []
  if ('bytes' in result) return result.bytes === undefined ? [] : [result.bytes.buffer as ArrayBuffer]
  const served = 'served' in result ? result.served : undefined
  return served?.page.map(({ deflated }) => deflated.buffer as ArrayBuffer) ?? []
}
