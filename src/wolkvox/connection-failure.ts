import { errors } from 'undici'
import { codeOf } from '../error-text.ts'
import { WolkvoxFailure } from './failure.ts'

// OpenSSL's and Node's names for what can be wrong with a certificate or a handshake.
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_CERT|CRL_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)/

/**
 * Why a call ended before an answer began.
 *
 * @param error what undici threw
 * @returns a failure that keeps it as its cause; what is not known to come from the network is `internal`
 */
export function connectionFailure(error: unknown): WolkvoxFailure {
  if (error instanceof WolkvoxFailure) return error
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return new WolkvoxFailure('timeout', 'wolkvox kept the call waiting too long', { cause: error })
  }
  if (error instanceof errors.ConnectTimeoutError) {
    return new WolkvoxFailure('connect', 'wolkvox did not take the connection in time', { cause: error })
  }
  if (error instanceof errors.ResponseContentLengthMismatchError) {
    return new WolkvoxFailure('connect', 'the answer contradicts itself about its length', { cause: error })
  }
  if (isNotHttp(error)) {
    return new WolkvoxFailure('http_error', 'what answered does not speak HTTP properly', {
      cause: withoutData(error),
      isPermanent: true,
    })
  }
  if (!(error instanceof Error)) return new WolkvoxFailure('internal', String(error))
  const code = codeOf(error)
  if (TLS_CODE.test(code))
    return new WolkvoxFailure('tls', `no secure connection (${code})`, { cause: error })
  if (code === '') return new WolkvoxFailure('internal', error.message, { cause: error })
  return new WolkvoxFailure('connect', `no connection, or it broke before the answer (${code})`, {
    cause: error,
  })
}

/**
 * Why an answer that had begun did not come to its end. Something at this address speaks HTTP, so a parser error is a
 * broken transfer here: a connection that ended within a chunk, or bytes that were lost.
 *
 * @param error what undici or the reader of the body threw
 */
export function transferFailure(error: unknown): WolkvoxFailure {
  if (error instanceof errors.ResponseContentLengthMismatchError) {
    return new WolkvoxFailure('connect', 'the answer was cut off: it is shorter than its Content-Length', {
      cause: error,
    })
  }
  if (isNotHttp(error)) {
    return new WolkvoxFailure('connect', 'the answer was cut off or damaged on the way', {
      cause: withoutData(error),
    })
  }
  const code = codeOf(error)
  if (error instanceof WolkvoxFailure || error instanceof errors.BodyTimeoutError || code === '') {
    return connectionFailure(error)
  }
  return new WolkvoxFailure('connect', `the connection broke within the answer (${code})`, { cause: error })
}

// ERR_ASSERTION: undici asserts that no answer switches protocols, as 101 does.
function isNotHttp(error: unknown): error is Error {
  return (
    error instanceof errors.HTTPParserError ||
    error instanceof errors.HeadersOverflowError ||
    codeOf(error) === 'ERR_ASSERTION'
  )
}

/** Without the bytes that came, which undici keeps in `data`: they may repeat the token. */
const withoutData = (error: Error) => new Error(error.message)
