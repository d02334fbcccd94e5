import { errors } from 'undici'
import { codeOf } from '../error-text.ts'
import { WolkvoxFailure } from './failure.ts'

// OpenSSL's and Node's codes for certificate and handshake errors.
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_CERT|CRL_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)/

/**
 * The failure of a request without a response.
 *
 * @param error what undici threw
 * @returns a failure with the error as its cause; `internal` if it is not known to come from the network
 */
export function connectionFailure(error: unknown): WolkvoxFailure {
  if (error instanceof WolkvoxFailure) return error
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return new WolkvoxFailure('timeout', 'wolkvox sent nothing for too long', { cause: error })
  }
  if (error instanceof errors.ConnectTimeoutError) {
    return new WolkvoxFailure('connect', 'the connection to wolkvox timed out', { cause: error })
  }
  if (error instanceof errors.ResponseContentLengthMismatchError) {
    return new WolkvoxFailure('connect', 'the response has contradictory lengths', { cause: error })
  }
  if (isNotHttp(error)) {
    return new WolkvoxFailure('http_error', 'the response is not valid HTTP', {
      cause: withoutData(error),
      isPermanent: true,
    })
  }
  if (!(error instanceof Error)) return new WolkvoxFailure('internal', String(error))
  const code = codeOf(error)
  if (TLS_CODE.test(code))
    return new WolkvoxFailure('tls', `no secure connection (${code})`, { cause: error })
  if (code === '') return new WolkvoxFailure('internal', error.message, { cause: error })
  return new WolkvoxFailure('connect', `no connection, or it broke before the response (${code})`, {
    cause: error,
  })
}

/**
 * The failure of a response that began but did not end. The server speaks HTTP, so here a parser error means a broken
 * transfer: a connection that ended within a chunk, or lost bytes.
 *
 * @param error what undici or the reader of the body threw
 */
export function transferFailure(error: unknown): WolkvoxFailure {
  if (error instanceof errors.ResponseContentLengthMismatchError) {
    return new WolkvoxFailure('connect', 'the response was cut off: it is shorter than its Content-Length', {
      cause: error,
    })
  }
  if (isNotHttp(error)) {
    return new WolkvoxFailure('connect', 'the response was cut off or damaged in transit', {
      cause: withoutData(error),
    })
  }
  const code = codeOf(error)
  if (error instanceof WolkvoxFailure || error instanceof errors.BodyTimeoutError || code === '') {
    return connectionFailure(error)
  }
  return new WolkvoxFailure('connect', `the connection broke during the response (${code})`, { cause: error })
}

// ERR_ASSERTION: undici asserts that no response switches protocols, as status 101 does.
function isNotHttp(error: unknown): error is Error {
  return (
    error instanceof errors.HTTPParserError ||
    error instanceof errors.HeadersOverflowError ||
    codeOf(error) === 'ERR_ASSERTION'
  )
}

/** Without the received bytes, which undici keeps in `data`: they can contain the token. */
const withoutData = (error: Error) => new Error(error.message)
