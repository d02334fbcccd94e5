import { parentPort, workerData } from 'node:worker_threads'
import {
  type Abort,
  fromPlain,
  type Reply,
  type Task,
  type TaskRequest,
  type Tasks,
  type ThreadData,
} from './protocol.ts'
import { createTasks } from './tasks.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread only')

const tasks = createTasks((workerData as ThreadData).remembersSnapshots)
const underWay = new Map<number, AbortController>()

port.on('message', async (message: TaskRequest | Abort) => {
  if ('abort' in message) {
    underWay.get(message.id)?.abort(new Error('ended early'))
    return
  }
  const { id } = message
  const ending = new AbortController()
  underWay.set(id, ending)
  try {
    reply({ id, result: await run(message, ending.signal) })
  } catch (error) {
    if (!ending.signal.aborted) throw error
    reply({ id, result: undefined })
  } finally {
    underWay.delete(id)
  }
})

async function run(
  { task, operation, stored = new Uint8Array() }: TaskRequest,
  signal: AbortSignal,
): Promise<Tasks[Task]> {
  switch (task) {
    case 'attempt':
      return tasks.attempt(fromPlain(operation), signal)
    case 'encode':
      return tasks.encode(fromPlain(operation))
    case 'restore':
      return tasks.restore(fromPlain(operation), stored)
  }
}

/** The bytes change hands instead of being copied. */
function reply(message: Reply): void {
  port?.postMessage(message, transferable(message.result))
}

function transferable(result: Tasks[Task] | undefined): ArrayBuffer[] {
  if (result === undefined) return []
  if ('bytes' in result) return result.bytes === undefined ? [] : [result.bytes.buffer as ArrayBuffer]
  return 'served' in result
    ? (result.served?.page.map(({ deflated }) => deflated.buffer as ArrayBuffer) ?? [])
    : []
}
