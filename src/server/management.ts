import { promisify } from 'node:util'
import { deflateRaw } from 'node:zlib'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { endsWithin } from '../clock.ts'
import { redactSecrets } from '../secret.ts'

/** Whether every operation has ended a call or restored data. Once true, it stays true. */
export type Readiness = () => boolean

/** Reads the configuration again. @returns what is wrong; nothing after a success */
export type Reload = () => Promise<readonly string[]>

/**
 * `/-/healthy`, `/-/ready` and `/-/reload`, the management API of Prometheus's own programs. None of them calls wolkvox.
 *
 * @see https://prometheus.io/docs/prometheus/latest/management_api/
 * @param reload `undefined` if it is not allowed
 */
export function addManagement(app: FastifyInstance, isReady: Readiness, reload: Reload | undefined): void {
  const send = (reply: FastifyReply, status: number, text: string) =>
    reply.code(status).type('text/plain').send(`${text}\n`)

  app.get('/-/healthy', async (_request, reply) =>
    (await canCompress())
      ? send(reply, 200, 'wolkvox-exporter is healthy.')
      : send(
          reply,
          503,
          'wolkvox-exporter cannot serve metrics: hung file operations block all threads; restart it.',
        ),
  )
  app.get('/-/ready', (_request, reply) =>
    isReady()
      ? send(reply, 200, 'wolkvox-exporter is ready.')
      : send(
          reply,
          503,
          'wolkvox-exporter is not ready: an operation has neither ended a call nor restored data.',
        ),
  )
  app.post('/-/reload', async (_request, reply) => {
    if (reload === undefined) return send(reply, 403, RELOAD_FORBIDDEN)
    const problems = await reload()
    if (problems.length === 0) return send(reply, 200, 'configuration reloaded')
    // Problems can quote names of operations and files.
    return reply
      .code(500)
      .type('text/plain; charset=utf-8')
      .send(redactSecrets(`${problems.join('\n')}\n`))
  })
}

const RELOAD_FORBIDDEN = 'reloading is not allowed; start with --web.enable-lifecycle, or send SIGHUP'

// Compressing nothing takes microseconds; the health check of the image waits 5 s.
const PROBE_TIMEOUT_MS = 1000

const compress = promisify(deflateRaw)

let probe: Promise<boolean> | undefined
let isStuck = false

/**
 * Whether libuv's thread pool has a free thread: scrapes compress on it, and each hung system call blocks one thread. The pool
 * belongs to the process, so all requests share one probe, and no probe is added while one is stuck.
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
