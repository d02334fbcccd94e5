import type { FastifyReply } from 'fastify'

// Prometheus comes back by itself at its next interval; whoever else asks need not wait as long.
const RETRY_AFTER_S = 5

/** Refuses a response because as many as may are under way. */
export function sendTooMany(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .header('retry-after', RETRY_AFTER_S)
    .type('text/plain')
    .send('Too many responses are under way; try again.\n')
}
