import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoopbackServer } from '../loopback-server.ts'
import type { Defer } from './cleanup.ts'

/**
 * Starts a wolkvox that gives one answer after the other, and then begins anew. It sends them uncompressed.
 *
 * @param onCall told of each call before it is answered
 * @returns its URL
 */
export async function startWolkvox(
  answers: readonly Buffer[],
  defer: Defer,
  onCall: () => void = () => {},
): Promise<string> {
  let calls = 0
  const { url, close } = await startLoopbackServer((_request, response) => {
    onCall()
    const answer = answers[calls % answers.length] ?? Buffer.alloc(0)
    calls += 1
    writeHead(response, answer)
    response.end(answer)
  })
  defer(close)
  return url
}

/** A wolkvox that lets each call wait until it is told to answer. */
export interface PatientWolkvox {
  readonly url: string
  /** Takes the call that waits, or else the next one. */
  readonly nextCall: () => Promise<ServerResponse>
}

export async function startPatientWolkvox(defer: Defer): Promise<PatientWolkvox> {
  let call = Promise.withResolvers<ServerResponse>()
  const { url, close } = await startLoopbackServer((_request, response) => call.resolve(response))
  defer(close)
  return {
    url,
    async nextCall() {
      const response = await call.promise
      call = Promise.withResolvers()
      return response
    },
  }
}

// In which what has been sent is read as well.
const READING_MS = 300

/** Sends an answer, its last byte only when all others have been read. @returns when that was, by `performance.now()` */
export async function sendLastByteLate(response: ServerResponse, answer: Buffer): Promise<number> {
  writeHead(response, answer)
  await new Promise((sent) => response.write(answer.subarray(0, -1), sent))
  await sleep(READING_MS)
  const lastByteAt = performance.now()
  response.end(answer.subarray(-1))
  return lastByteAt
}

function writeHead(response: ServerResponse, answer: Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
}
