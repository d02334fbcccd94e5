import type { IncomingHttpHeaders } from 'node:http'
import { type Failure, failures } from './envelope.ts'

/** Who may call: a token of one operation, named by its server code. */
export interface Credentials {
  readonly token: string
  readonly server: string
}

/**
 * Why a call with these headers is refused, or `undefined` when it may go on. The `wolkvox_server` header can be left
 * out, as the host names the operation too; one that names another operation makes the token invalid.
 */
export function credentialsProblem(headers: IncomingHttpHeaders, expected: Credentials): Failure | undefined {
  const token = headers['wolkvox-token']
  if (token === undefined || token === '') return failures.missingToken
  const server = headers.wolkvox_server ?? expected.server
  return token === expected.token && server === expected.server ? undefined : failures.invalidToken
}
