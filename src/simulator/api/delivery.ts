import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { Answer, Delivery } from './answer.ts'
import { encode } from './compression.ts'

/** Between two bytes of an answer that drips: slow enough to outlast any patience, yet never idle. */
const dripIntervalMs = 1000

/** The ways in which bytes reach the caller, or do not; the head has been set but not sent. */
const deliveries: Record<Exclude<Delivery, 'whole'>, (response: ServerResponse, bytes: Buffer) => void> = {
  half: (response, bytes) => {
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
  },
  drip: (response, bytes) => {
    let sent = 0
    response.flushHeaders()
    const drip = setInterval(() => {
      response.write(bytes.subarray(sent, sent + 1))
      sent += 1
      if (sent >= bytes.length) response.end()
    }, dripIntervalMs)
    response.once('close', () => clearInterval(drip))
  },
  never: () => {},
  reset: (response) => {
    response.socket?.resetAndDestroy()
  },
}

/** Sends an answer in the way it asks for, compressed where the caller's Accept-Encoding header allows. */
export async function deliver(reply: FastifyReply, answer: Answer): Promise<void> {
  const { bytes, headers } = await encode(answer.body, reply.request.headers['accept-encoding'])
  const allHeaders = { ...answer.headers, ...headers, 'content-length': String(bytes.length) }
  if (answer.delivery === 'whole') {
    await reply.code(answer.status).headers(allHeaders).send(bytes)
    return
  }
  // From here on Fastify would mend what is meant to be broken, so it lets go of the response.
  reply.hijack()
  reply.raw.statusCode = answer.status
  for (const [name, value] of Object.entries(allHeaders)) reply.raw.setHeader(name, value)
  deliveries[answer.delivery](reply.raw, bytes)
}
