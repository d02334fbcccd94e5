import { parentPort, workerData } from 'node:worker_threads'
import { type Abort, fromPlain, type Reply, type TaskRequest, type ThreadData } from './protocol.ts'
import { createTasks } from './tasks.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread only')

const tasks = createTasks((workerData as ThreadData).folder)
const underWay = new Map<number, AbortController>()

port.on('message', async (message: TaskRequest | Abort) => {
  if ('abort' in message) {
    underWay.get(message.id)?.abort(new Error('ended early'))
    return
  }
  const { id, task, operation } = message
  const ending = new AbortController()
  underWay.set(id, ending)
  try {
    reply({ id, result: await tasks[task](fromPlain(operation), ending.signal) })
  } catch (error) {
    if (!ending.signal.aborted) throw error
    reply({ id, result: undefined })
  } finally {
    underWay.delete(id)
  }
})

/** The bytes change hands instead of being copied. */
function reply(message: Reply): void {
  const { result } = message
  const served = result !== undefined && 'served' in result ? result.served : undefined
  port?.postMessage(message, served?.page.map(({ deflated }) => deflated.buffer as ArrayBuffer) ?? [])
}
