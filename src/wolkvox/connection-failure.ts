import { errors } from 'undici'
import { codeOf, messageOf } from '../error-text.ts'
import { WolkvoxFailure } from './failure.ts'

// The codes of OpenSSL and Node for certificate and handshake errors.
const TLS_CODES = [
  'ERR_TLS_',
  'ERR_SSL_',
  'EPROTO$',
  'UNSPECIFIED$',
  'CERT_',
  'UNABLE_TO_',
  'DEPTH_ZERO_',
  'SELF_SIGNED_',
  'ERROR_IN_CERT',
  'CRL_',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'HOSTNAME_MISMATCH',
]

const TLS_CODE = new RegExp(`^(?:${TLS_CODES.join('|')})`)

const UNKNOWN_ISSUER =
  /^(UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN)/

/**
 * What is wrong with a TLS connection, and what to do if that is clear.
 *
 * @returns `undefined` if the error is not about TLS
 */
export function tlsProblem(error: unknown): string | undefined {
  const code = codeOf(error)
  if (!TLS_CODE.test(code)) return undefined
  if (UNKNOWN_ISSUER.test(code)) {
    return `the issuer of the certificate is not trusted (${code}); if it is your company's CA, set WOLKVOX_CA_FILE (ca_file in a file) to its PEM file`
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `the certificate is not valid at this time (${code}); check the clock of this machine`
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `the certificate belongs to another host (${code})`
  // Verification errors without a code, such as a signature with an old algorithm. OpenSSL's texts are constant.
  return `TLS connection failed (${code === 'UNSPECIFIED' ? messageOf(error) : code})`
}

/**
 * Converts an error before the response to a failure.
 *
 * @param error thrown by undici
 * @returns a failure with the error as its cause; `internal` if it is not a network error
 */
export function connectionFailure(error: unknown): WolkvoxFailure {
  if (error instanceof WolkvoxFailure) return error
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return new WolkvoxFailure('timeout', 'wolkvox sent no data for too long', { cause: error })
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
  const problem = tlsProblem(error)
  if (problem !== undefined) return new WolkvoxFailure('tls', problem, { cause: error })
  const code = codeOf(error)
  if (code === '') return new WolkvoxFailure('internal', error.message, { cause: error })
  return new WolkvoxFailure('connect', `connection failed before the response (${code})`, {
    cause: error,
  })
}

/**
 * Converts an error within the response to a failure. The response began as valid HTTP, so a parser error here means a broken
 * transfer: the connection ended within a chunk, or bytes were lost.
 *
 * @param error thrown by undici or by the reader of the body
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
  return new WolkvoxFailure('connect', `connection failed during the response (${code})`, { cause: error })
}

/** The failure of a response that cannot be read because its `Content-Length` ends it too early. */
export function cutOff(cause: Error): WolkvoxFailure {
  return new WolkvoxFailure('connect', 'the response was cut off: it is longer than its Content-Length', {
    cause,
  })
}

// The messages of undici when a response switches protocols (status 101), or asks for a request body (100). Its other errors
// with the same code are about the connection.
const UNEXPECTED_STATUS: ReadonlySet<string> = new Set(['bad upgrade', 'bad response'])

/** Whether undici could not read the response as HTTP. */
export function isNotHttp(error: unknown): error is Error {
  return (
    error instanceof errors.HTTPParserError ||
    error instanceof errors.HeadersOverflowError ||
    // undici asserts that an unannounced switch of protocols (status 101 without `Connection: upgrade`) does not happen.
    codeOf(error) === 'ERR_ASSERTION' ||
    (error instanceof errors.SocketError && UNEXPECTED_STATUS.has(error.message))
  )
}

/** Drops the received bytes, which undici keeps in `data`: they can contain the token. */
const withoutData = (error: Error) => new Error(error.message)
