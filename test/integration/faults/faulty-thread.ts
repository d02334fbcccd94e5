import { parentPort } from 'node:worker_threads'
import { type FromWorker, type ToWorker, transferable } from '../../../src/worker/protocol.ts'
import { createTaskRunner } from '../../../src/worker/tasks.ts'

/**
 * The production worker thread, except that reading never ends for the operation `stuck`, and runs out of memory for the
 * operation `memory`.
 */
const port = parentPort
if (port === null) throw new Error('this file runs only as a worker thread')

const runner = createTaskRunner()

port.on('message', (message: ToWorker) => {
  if ('request' in message && message.request.task === 'read') {
    const { name } = message.request.operation
    if (name === 'stuck') for (;;);
    if (name === 'memory') useAllMemory()
  }
  return runner.handle(message, (reply: FromWorker) =>
    port.postMessage(reply, 'encoded' in reply ? transferable(reply.encoded) : []),
  )
})

/** Allocates until V8 ends the thread. Small objects would keep the garbage collector busy for seconds. */
function useAllMemory(): void {
  const used: unknown[] = []
  for (;;) used.push(new Array(100_000).fill(used.length))
}
