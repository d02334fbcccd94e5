import { parentPort, workerData } from 'node:worker_threads'
import { loadZodInEnglish } from '../zod-locales.ts'
import { type FromWorker, type ThreadData, type ToWorker, transferable } from './protocol.ts'

const port = parentPort
if (port === null) throw new Error('this file runs only as a worker thread')

await loadZodInEnglish()
const { createTaskRunner } = await import('./tasks.ts')
if ((workerData as ThreadData).forCalls) await import('../wolkvox/client.ts')

const runner = createTaskRunner()

port.on('message', (message: ToWorker) =>
  runner.handle(message, (reply) => port.postMessage(reply, buffersOf(reply))),
)

/** The buffers of a reply, which are transferred instead of copied. */
function buffersOf(reply: FromWorker): ArrayBuffer[] {
  if ('encoded' in reply) return transferable(reply.encoded)
  const { result } = reply
  if (result === undefined) return []
  if ('response' in result) return transferable(result.response.body)
  if (!('rendered' in result) || result.rendered === undefined) return []
  return transferable(...result.rendered.segments.map(({ deflated }) => deflated))
}
