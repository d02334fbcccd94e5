import { promisify } from 'node:util'
import { deflateRaw } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { endsWithin } from '../refresh/delay.ts'

/** Whether every operation has been tried or restored. */
export type Readiness = () => boolean

/** `/-/healthy` and `/-/ready`, as Prometheus's own programs have them. Neither asks wolkvox. */
export function addHealth(app: FastifyInstance, isReady: Readiness): void {
  app.get('/-/healthy', async (_request, reply) =>
    (await canCompress())
      ? reply.type('text/plain').send('wolkvox-exporter is healthy.\n')
      : reply
          .code(503)
          .type('text/plain')
          .send(
            'wolkvox-exporter cannot serve metrics: hung file operations hold all threads; restart it.\n',
          ),
  )
  app.get('/-/ready', (_request, reply) =>
    isReady()
      ? reply.type('text/plain').send('wolkvox-exporter is ready.\n')
      : reply
          .code(503)
          .type('text/plain')
          .send('wolkvox-exporter is not ready: no call has ended yet, and no data was restored.\n'),
  )
}

// Compressing nothing takes microseconds; the health check of the image waits 5 s.
const PROBE_TIMEOUT_MS = 1000

const compress = promisify(deflateRaw)

let probe: Promise<boolean> | undefined
let isStuck = false

/**
 * Whether libuv's thread pool still has a thread: scrapes compress on it, and each operation that hangs in the system holds
 * one. The pool belongs to the process, so all requests share one probe, and none is added while one is stuck.
 */
async function canCompress(): Promise<boolean> {
  if (isStuck) return false
  probe ??= probeThreadPool()
  return probe
}

async function probeThreadPool(): Promise<boolean> {
  const work = compress(Buffer.alloc(0)).then(() => {
    isStuck = false
  })
  isStuck = !(await endsWithin(PROBE_TIMEOUT_MS, work))
  probe = undefined
  return !isStuck
}
