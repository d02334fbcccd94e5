import type { OutgoingHttpHeaders } from 'node:http'
import { createGunzip } from 'node:zlib'
import type { FastifyReply } from 'fastify'
import { sendTooMany } from './too-many.ts'

// Each unpacks for itself, some hundred kilobytes at a time.
const MAX_UNDER_WAY = 64

/** Sends a gzip member as the text that it holds. */
export type SendPlainText = (
  reply: FastifyReply,
  headers: OutgoingHttpHeaders,
  pieces: readonly Uint8Array[],
) => FastifyReply

/**
 * For the few who take no gzip: the text is unpacked anew for each, as fast as it is read, so that it need not be held
 * beside its compressed form. Beyond a number of such readers the next are told to come again.
 */
export function createSendPlainText(): SendPlainText {
  let underWay = 0

  return (reply, headers, pieces) => {
    if (underWay >= MAX_UNDER_WAY) return sendTooMany(reply)
    underWay += 1
    reply.raw.once('close', () => {
      underWay -= 1
    })
    const text = createGunzip()
    // It takes of them as it is read; where the reader goes away, Fastify destroys it with all that is left.
    for (const piece of pieces) text.write(piece)
    text.end()
    return reply.headers(headers).send(text)
  }
}
