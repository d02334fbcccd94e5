import type { FastifyInstance } from 'fastify'

/** Whether every operation has been tried or restored. */
export type Readiness = () => boolean

/** `/-/healthy` and `/-/ready`, as Prometheus's own programs have them. Neither asks wolkvox. */
export function addHealth(app: FastifyInstance, isReady: Readiness): void {
  app.get('/-/healthy', (_request, reply) => reply.type('text/plain').send('wolkvox-exporter is healthy.\n'))
  app.get('/-/ready', (_request, reply) =>
    isReady()
      ? reply.type('text/plain').send('wolkvox-exporter is ready.\n')
      : reply
          .code(503)
          .type('text/plain')
          .send('wolkvox-exporter is not ready: no call has ended yet, and no data was restored.\n'),
  )
}
