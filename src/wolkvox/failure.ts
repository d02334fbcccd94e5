import { messageOf } from '../error-text.ts'

/** Why a refresh fails: the values of the label `reason`, each with what the operator can do. */
export const failureHints = {
  connect:
    "check the network and the proxies on the way; if no call succeeds, check the server code and that this machine's address is on the operation's firewall list",
  tls: 'check the proxies on the way to wolkvox, the certificate and the clock',
  proxy: 'a proxy on the way refuses the call; check its address, user and password',
  timeout: 'wolkvox was too slow; check the network, or raise the timeout',
  http_error:
    'wolkvox has a fault, or something else responds at this address; if it continues, check the base URL, then ask wolkvox',
  redirect:
    'redirects are not followed because they would receive the token; check the server code and the base URL',
  rate_limited:
    'too many requests in a short time; lengthen the interval, and check what else calls wolkvox from this network',
  too_large: 'no wolkvox report is that large; check the server code and the base URL',
  malformed: 'the response does not come from the wolkvox API; check the server code and the base URL',
  bad_request: 'wolkvox does not know this report on this server; check the server code and the base URL',
  unauthorized: 'wolkvox received no token; check the token, and that no proxy drops the header',
  invalid_token: 'wolkvox does not accept the token; get a valid one from wolkvox Manager',
  quota_exceeded:
    "the day's calls are used up, by this or another program; lengthen the interval or add licences",
  concurrency: 'another program uses the same token at the same time; give this exporter a separate token',
  forbidden: 'wolkvox refuses requests, as during maintenance and backups; if it continues, ask wolkvox',
  not_found: 'the API is not at this address; check the server code and the base URL',
  internal: 'this is a bug in the exporter; please report it with this line',
} as const

export type FailureReason = keyof typeof failureHints

export const failureReasons = Object.keys(failureHints) as readonly FailureReason[]

/** What a failure says about retries within the same refresh, in addition to its reason. */
export interface RetryAdvice {
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** A retry gets the same response, although other failures with this reason are temporary. */
  readonly isPermanent?: boolean | undefined
}

/**
 * A request that brought no report. The message says what happened, {@link failureHints} what to do, and `cause` keeps
 * the original error. Neither contains the token: texts from outside pass through `redact` first.
 */
export class WolkvoxFailure extends Error {
  override readonly name = 'WolkvoxFailure'
  readonly reason: FailureReason
  readonly advice: RetryAdvice

  constructor(
    reason: FailureReason,
    message: string,
    { retryAfterMs, isPermanent, ...options }: ErrorOptions & RetryAdvice = {},
  ) {
    super(message, options)
    this.reason = reason
    this.advice = { retryAfterMs, isPermanent }
  }
}

/** Any error as a failure: an unexpected one is a bug in the exporter. */
export function toFailure(error: unknown): WolkvoxFailure {
  if (error instanceof WolkvoxFailure) return error
  return new WolkvoxFailure('internal', messageOf(error), {
    cause: error,
  })
}
