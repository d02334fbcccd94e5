import { messageOf } from '../error-text.ts'

/** Why a refresh fails: the values of the label `reason`, with what the operator can do about each. */
export const failureHints = {
  connect:
    "check the server code and the network, and that this machine's address is on the operation's firewall list",
  tls: 'check what stands between this machine and wolkvox, its certificate and the clock',
  timeout: 'wolkvox was too slow; check the network, or raise the timeout',
  http_error: 'wolkvox has a fault, or the address leads elsewhere; it is tried again',
  redirect:
    'redirects are not followed, as the token would travel with them; check the server code and the base URL',
  too_large: 'no report of wolkvox is like that; check where the address leads',
  malformed: 'what answered does not speak the wolkvox API; check the server code and the base URL',
  bad_request: 'wolkvox does not know this report on this server; check the server code and the base URL',
  unauthorized: 'wolkvox saw no token; check the token, and that no proxy drops the header',
  invalid_token: 'wolkvox does not accept the token; check it in wolkvox Manager and set it anew',
  quota_exceeded:
    "the day's calls are used up, by this or by another program; lengthen the interval or add licences",
  concurrency: 'another program uses the same token at the same time; give this exporter a token of its own',
  forbidden: 'wolkvox refuses just now, as it does during maintenance and backups; if it stays, ask wolkvox',
  internal: 'this is a fault of the exporter; please report it with this line',
} as const

export type FailureReason = keyof typeof failureHints

export const failureReasons = Object.keys(failureHints) as readonly FailureReason[]

/**
 * A call that brought no agents. The message says what happened; {@link failureHints} what to do; `cause` keeps the
 * error underneath. Neither carries the token: texts from outside pass through `redact` first.
 */
export class WolkvoxFailure extends Error {
  override readonly name = 'WolkvoxFailure'
  readonly reason: FailureReason

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** Any error at all as a failure: what nothing else claims is a fault of our own. */
export function toFailure(error: unknown): WolkvoxFailure {
  if (error instanceof WolkvoxFailure) return error
  return new WolkvoxFailure('internal', messageOf(error), {
    cause: error,
  })
}
