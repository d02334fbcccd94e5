import type { IncomingHttpHeaders } from 'node:http'
import { type Failure, failures } from './envelope.ts'

/**
 * Why a call with these headers is refused, or `undefined` if it is allowed. Only the token counts: the simulator stands for
 * any operation, so it accepts every `wolkvox_server`, and none.
 */
export function credentialsProblem(headers: IncomingHttpHeaders, expectedToken: string): Failure | undefined {
  const token = headers['wolkvox-token']
  if (token === undefined || token === '') return failures.missingToken
  return token === expectedToken ? undefined : failures.invalidToken
}
