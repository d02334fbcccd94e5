import type { WolkvoxRecord } from '../centre/report.ts'
import { type Answer, jsonAnswer } from './answer.ts'

/** A way in which wolkvox refuses a call. */
export interface Failure {
  readonly code: number
  readonly error: string
  readonly msg: string
}

/** The failures that wolkvox documents, by its page. */
export const failures = {
  unknownApi: { code: 400, error: 'BAD REQUEST', msg: 'THE API YOU WANT TO CONSULT DOES NOT EXIST' },
  missingParameters: { code: 400, error: 'BAD REQUEST', msg: 'SOME PARAMETERS ARE REQUIRED' },
  missingToken: { code: 401, error: 'UNAUTHORIZED', msg: 'PLEASE ENTER THE WOLKVOX-TOKEN' },
  tokenLimit: { code: 403, error: 'FORBIDDEN', msg: 'TOKEN LIMIT EXCEEDED' },
  simultaneousRequests: {
    code: 403,
    error: 'FORBIDDEN',
    msg: 'EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)',
  },
  invalidToken: { code: 403, error: 'FORBIDDEN', msg: 'PLEASE VALIDATE TOKEN' },
} as const satisfies Record<string, Failure>

/** The records found, as wolkvox wraps them. */
export function recordsAnswer(records: readonly WolkvoxRecord[]): Answer {
  return jsonAnswer(200, {
    code: 200,
    error: null,
    msg: `${records.length} records were found`,
    data: records,
  })
}

/** A refusal, with the HTTP status that its code names. */
export function failureAnswer({ code, error, msg }: Failure): Answer {
  return jsonAnswer(code, { code, error, msg, data: null })
}

/** The same refusal as some servers word it: inside HTTP 200, the code a string, no data at all. */
export function failureInside200({ code, error, msg }: Failure): Answer {
  return jsonAnswer(200, { code: String(code), error, msg })
}
