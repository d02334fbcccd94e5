import type { FailureReason } from '../../src/wolkvox/failure.ts'

/**
 * The failures in the documentation of wolkvox, each with its reason. The code can be the HTTP status or in the body. The message
 * during maintenance is not documented.
 */
export const documentedRefusals: readonly (readonly [
  code: number,
  error: string,
  msg: string,
  reason: FailureReason,
])[] = [
  [400, 'BAD REQUEST', 'THE API YOU WANT TO CONSULT DOES NOT EXIST', 'bad_request'],
  [400, 'BAD REQUEST', 'SOME PARAMETERS ARE REQUIRED', 'bad_request'],
  [401, 'UNAUTHORIZED', 'PLEASE ENTER THE WOLKVOX-TOKEN', 'unauthorized'],
  [403, 'FORBIDDEN', 'TOKEN LIMIT EXCEEDED', 'quota_exceeded'],
  [403, 'FORBIDDEN', 'EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)', 'concurrency'],
  [403, 'FORBIDDEN', 'PLEASE VALIDATE TOKEN', 'invalid_token'],
  [403, 'FORBIDDEN', 'THE API IS SWITCHED OFF', 'forbidden'],
]
