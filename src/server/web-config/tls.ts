import { constants, X509Certificate } from 'node:crypto'
import { isIP, SocketAddress } from 'node:net'
import { createSecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls'
import { codeOf } from '../../error-text.ts'
import type { Pems } from './pem-files.ts'
import type { ClientAuthType, WebConfigValues } from './schema.ts'
import { defaultTls12Suites, tls13Suites } from './tls-names.ts'

/** How the server speaks TLS. */
export interface TlsSettings {
  /** Certificate, key and protocol, as Node takes them. Contains the private key: never log it. */
  readonly context: SecureContextOptions
  readonly clientAuth: ClientAuthType
  /** A client certificate must have one of these names; any name, if there are none. */
  readonly allowedSans: readonly string[]
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3'
  /** When the server's certificate expires, in milliseconds since 1970. */
  readonly expiresAt: number
  /** Whether the server's certificate has names that clients check. */
  readonly hasAltNames: boolean
}

/** The settings, or why OpenSSL refuses them. */
export type TlsResult =
  | { readonly ok: true; readonly settings: TlsSettings }
  | { readonly ok: false; readonly problem: string }

type TlsValues = NonNullable<WebConfigValues['tls_server_config']>

/** Puts values and texts together. */
export function toTlsSettings(values: TlsValues, pems: Pems): TlsResult {
  const minVersion = values.min_version ?? 'TLSv1.2'
  const maxVersion = values.max_version ?? 'TLSv1.3'
  const clientAuth = values.client_auth_type ?? 'NoClientCert'
  const suites = values.cipher_suites?.length ? values.cipher_suites : defaultTls12Suites
  const context: SecureContextOptions = {
    cert: pems.cert,
    key: pems.key,
    minVersion,
    maxVersion,
    // As in Go, the list does not apply to TLS 1.3.
    ciphers: [...new Set([...tls13Suites, ...suites])].join(':'),
    honorCipherOrder: values.prefer_server_cipher_suites ?? true,
    // With tickets, a client could come back after its certificate has expired or its CA was replaced.
    secureOptions:
      constants.SSL_OP_NO_RENEGOTIATION | (clientAuth === 'NoClientCert' ? 0 : constants.SSL_OP_NO_TICKET),
    ...(pems.clientCa !== undefined && { ca: pems.clientCa }),
    ...(values.curve_preferences?.length && { ecdhCurve: values.curve_preferences.join(':') }),
  }
  try {
    createSecureContext(context)
  } catch (error) {
    const problem = `OpenSSL refuses these settings (${codeOf(error)}); check certificate, key and cipher_suites`
    return { ok: false, problem }
  }
  // OpenSSL accepts a certificate whose date is not a date.
  const { validTo, subjectAltName } = new X509Certificate(pems.cert)
  const expiresAt = Date.parse(validTo)
  if (Number.isNaN(expiresAt)) {
    return { ok: false, problem: 'the certificate has an invalid expiry date; issue it again' }
  }
  const settings = {
    context,
    clientAuth,
    allowedSans: (values.client_allowed_sans ?? []).map(normalizeSan),
    minVersion,
    maxVersion,
    expiresAt,
    hasAltNames: subjectAltName !== undefined,
  }
  return { ok: true, settings }
}

/** Whether the server asks for a client certificate, and whether OpenSSL and Node then refuse an unverified one. */
export function clientAuthOptions({ clientAuth }: TlsSettings) {
  return {
    requestCert: clientAuth !== 'NoClientCert',
    rejectUnauthorized: clientAuth === 'RequireAndVerifyClientCert',
  }
}

/** Whether a client may use the connection, after the handshake. */
export function isClientAllowed(socket: TLSSocket, { clientAuth, allowedSans }: TlsSettings): boolean {
  if (clientAuth === 'NoClientCert' || clientAuth === 'RequestClientCert') return true
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return clientAuth === 'VerifyClientCertIfGiven'
  if (clientAuth !== 'RequireAnyClientCert' && !socket.authorized) return false
  return (
    allowedSans.length === 0 || sansOf(certificate.subjectAltName).some((san) => allowedSans.includes(san))
  )
}

// Node writes `DNS:a, IP Address:192.0.2.1`. A value that contains special characters is a JSON string, so a comma ends a name.
const SAN = /(?:^|, )([^:,"]+):("(?:[^"\\]|\\.)*"|[^,]*)/gy

// The kinds of names that Go compares.
const SAN_KINDS: ReadonlySet<unknown> = new Set(['DNS', 'email', 'URI', 'IP Address'])

/** The names in a certificate's extension, as Node writes it. */
export function sansOf(extension = ''): string[] {
  return [...extension.matchAll(SAN)]
    .filter(([, kind]) => SAN_KINDS.has(kind))
    .map(([, kind, value = '']) => {
      const name: string = value.startsWith('"') ? JSON.parse(value) : value
      return kind === 'IP Address' ? normalizeSan(name) : name
    })
}

/** IPv6 addresses have several spellings. */
function normalizeSan(san: string): string {
  return isIP(san) === 6 ? new SocketAddress({ address: san, family: 'ipv6' }).address : san
}
