import type { FastifyInstance } from 'fastify'
import { noReloadYet } from '../config/not-yet.ts'

/** `POST /-/reload`. */
export function addLifecycle(app: FastifyInstance): void {
  app.post('/-/reload', (_request, reply) => reply.code(403).type('text/plain').send(`${noReloadYet}\n`))
}
