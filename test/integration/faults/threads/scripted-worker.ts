import { parentPort, resourceLimits } from 'node:worker_threads'
import type { Abort, Reply, TaskRequest } from '../../../../src/worker/protocol.ts'

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread only')

/** What the thread does, by the name of the operation. */
const actions: Readonly<Record<string, (id: number) => void>> = {
  answers: (id) => reply(id, 'it answered'),
  'states its limits': (id) => reply(id, JSON.stringify(resourceLimits)),
  exits: () => process.exit(1),
  throws: () => {
    throw new Error('a fault of the thread')
  },
  'rejects later': () => {
    void Promise.reject(new Error('a fault that nobody caught'))
  },
  'is stuck': () => {
    for (;;);
  },
  'says nothing': () => {},
  // As Node reports a thread that V8 could still end by itself.
  'is out of memory': () => {
    throw Object.assign(new Error('reached memory limit'), { code: 'ERR_WORKER_OUT_OF_MEMORY' })
  },
}

port.on('message', (message: TaskRequest | Abort) => {
  if ('abort' in message) return port.postMessage({ id: message.id, result: undefined } satisfies Reply)
  actions[message.operation.name]?.(message.id)
})

/** Replies with a failure that only this file makes. */
function reply(id: number, message: string): void {
  const result = {
    ok: false,
    failure: { reason: 'http_error', message },
    rejections: { records: {}, values: {} },
  }
  port?.postMessage({ id, result } as Reply)
}
