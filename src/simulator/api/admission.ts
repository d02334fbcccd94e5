import type { IncomingHttpHeaders } from 'node:http'
import { type ApiError, apiErrors } from './responses.ts'

/** Requests a day that each license allows, from wolkvox's documentation. */
const requestsPerLicense = 1000

/** Requests of one token that may be in flight together, from wolkvox's documentation. */
const documentedRequestsInFlight = 2

/**
 * The error for a request with these headers, or `undefined` if its token is valid. The simulator accepts every
 * `wolkvox_server`, and requests without one, because it can represent any operation.
 */
export function checkCredentials(headers: IncomingHttpHeaders, expectedToken: string): ApiError | undefined {
  const token = headers['wolkvox-token']
  if (token === undefined || token === '') return apiErrors.missingToken
  return token === expectedToken ? undefined : apiErrors.invalidToken
}

/**
 * Enforces wolkvox's limits for one token. Each request uses 1 of the daily quota, successful or not, even if too many
 * requests are in flight. Requests after the quota is exhausted are free. wolkvox does not document the cost of
 * rejected requests.
 */
export class RequestLimiter {
  /** The daily quota. */
  readonly dailyLimit: number
  /** Requests that may be in flight together. */
  readonly maxRequestsInFlight: number
  #totalRequests = 0
  #requestsToday = 0
  #today = 0
  #inFlight = 0
  #rejectedRequests = 0

  constructor(licenses: number, maxRequestsInFlight: number = documentedRequestsInFlight) {
    this.dailyLimit = licenses * requestsPerLicense
    this.maxRequestsInFlight = maxRequestsInFlight
  }

  /** Requests counted against the quota, on all days. */
  get totalRequests(): number {
    return this.#totalRequests
  }

  /** Requests counted against the quota on the day of the last request. */
  get requestsToday(): number {
    return this.#requestsToday
  }

  /** Requests that `admit` has answered with an error, on all days. */
  get rejectedRequests(): number {
    return this.#rejectedRequests
  }

  /** Admits a request on day number `today` or returns an error. Call `release` after each admitted request. */
  admit(today: number): ApiError | undefined {
    if (today !== this.#today) {
      this.#today = today
      this.#requestsToday = 0
    }
    const error = this.#check()
    if (error === undefined) this.#inFlight += 1
    else this.#rejectedRequests += 1
    return error
  }

  #check(): ApiError | undefined {
    if (this.#requestsToday >= this.dailyLimit) return apiErrors.tokenLimit
    this.#requestsToday += 1
    this.#totalRequests += 1
    return this.#inFlight >= this.maxRequestsInFlight ? apiErrors.simultaneousRequests : undefined
  }

  /** Ends an admitted request. */
  release(): void {
    this.#inFlight -= 1
  }
}
