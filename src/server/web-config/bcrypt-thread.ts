import { parentPort } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

/** A password to compare with a hash. */
export interface BcryptRequest {
  readonly id: number
  readonly password: string
  readonly hash: string
}

/** Whether they match. */
export interface BcryptReply {
  readonly id: number
  readonly matches: boolean
}

const port = parentPort
if (port === null) throw new Error('this file runs only as a worker thread')

port.on('message', ({ id, password, hash }: BcryptRequest) => {
  port.postMessage({ id, matches: compareSync(password, hash) } satisfies BcryptReply)
})
