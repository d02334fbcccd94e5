import { errors } from 'undici'
import { codeOf } from '../error-text.ts'
import { WolkvoxFailure } from './failure.ts'

// OpenSSL's and Node's names for what can be wrong with a certificate or a handshake.
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_CERT|CRL_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)/

/**
 * Why a call ended without an answer, or with half of one.
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
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) {
    // Without the bytes that came, which undici keeps in `data`: they may repeat the token.
    const cause = new Error(error.message)
    return new WolkvoxFailure('http_error', 'what answered does not speak HTTP properly', { cause })
  }
  if (!(error instanceof Error)) return new WolkvoxFailure('internal', String(error))
  const code = codeOf(error)
  if (TLS_CODE.test(code))
    return new WolkvoxFailure('tls', `no secure connection (${code})`, { cause: error })
  if (code === '') return new WolkvoxFailure('internal', error.message, { cause: error })
  return new WolkvoxFailure('connect', `no connection, or it broke (${code})`, { cause: error })
}
