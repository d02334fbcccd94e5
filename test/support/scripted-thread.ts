import { parentPort, resourceLimits } from 'node:worker_threads'
import type { FromWorker, Task, TaskRequest, TaskResults, ToWorker } from '../../src/worker/protocol.ts'

/**
 * A worker thread that behaves as the operation's name says: a task, then what this task does, for example `read is stuck`. The
 * other tasks answer.
 */
const port = parentPort
if (port === null) throw new Error('this file runs only as a worker thread')

// As Node reports a thread that V8 was able to end alone.
const outOfMemory = () =>
  Object.assign(new Error('reached memory limit'), { code: 'ERR_WORKER_OUT_OF_MEMORY' })

/** How long a thread takes for what it does late. */
const LATE_MS = 100

const behaviours: Readonly<Record<string, (id: number, request: TaskRequest) => void>> = {
  answers: (id, request) => answer(id, request, 'it answered'),
  'answers late': (id, request) => setTimeout(() => answer(id, request, 'it answered'), LATE_MS),
  'states its limits': (id, request) => answer(id, request, JSON.stringify(resourceLimits)),
  'states its tasks': (id, request) => answer(id, request, JSON.stringify([...inProgress.values()])),
  'gives no result': (id) => send({ id, result: undefined, more: false }),
  encodes: (id, request) => {
    answer(id, request, 'it answered', true)
    setTimeout(() => send({ id, encoded: new Uint8Array([1, 2, 3]) }), LATE_MS)
  },
  'exits before it has encoded': (id, request) => {
    answer(id, request, 'it answered', true)
    setTimeout(() => process.exit(1), LATE_MS)
  },
  'is stuck before it has encoded': (id, request) => {
    answer(id, request, 'it answered', true)
    setTimeout(loop, LATE_MS)
  },
  exits: () => process.exit(1),
  throws: () => {
    throw new Error('a fault of the thread')
  },
  'rejects later': () => {
    void Promise.reject(new Error('an unhandled fault'))
  },
  'is stuck': loop,
  'says nothing': () => {},
  'is out of memory': () => {
    throw outOfMemory()
  },
}

const inProgress = new Map<number, Task>()

port.on('message', (message: ToWorker) => {
  const { id } = message
  if ('abort' in message) {
    if (inProgress.has(id)) send({ id, result: undefined, more: false })
    return
  }
  const { request } = message
  const [, task, behaviour = 'answers'] = /^(call|read|restore) (.+)$/.exec(request.operation.name) ?? []
  inProgress.set(id, request.task)
  behaviours[request.task === task ? behaviour : 'answers']?.(id, request)
})

function loop(): void {
  for (;;);
}

/** Sends a result that the worker client does not make, so that a test can tell where it comes from. */
function answer(id: number, { task }: TaskRequest, text: string, more = false): void {
  const failure = { reason: 'http_error', message: text } as const
  const rendered = { report: text, fetchedAt: 0, records: 0, rows: 0, responseBytes: 0, segments: [] }
  const results: TaskResults = {
    call: text === 'it answered' ? { ok: true, response: aResponse() } : { ok: false, failure },
    read: more
      ? { ok: true, rendered, rejections: { records: {}, values: {} } }
      : { ok: false, failure, rejections: { records: {}, values: {} } },
    restore: { rendered: undefined, problem: text },
  }
  send({ id, result: results[task], more })
}

function aResponse() {
  return { status: 200, body: new Uint8Array([1]), fetchedAt: 0 }
}

function send(message: FromWorker): void {
  if (!('more' in message && message.more)) inProgress.delete(message.id)
  port?.postMessage(message)
}
