import type { KeyPair } from '../../support/certificates.ts'
import { HASH } from '../../support/passwords.ts'

/** A web configuration file, and whether the exporter accepts it. */
export interface Case {
  readonly name: string
  readonly yaml: (pair: KeyPair) => string
  readonly good: boolean
  /** Why promtool 2.42 decides the opposite. */
  readonly differs?: string
}

const FILES = 'cert_file: server.crt, key_file: server.key'
const VERIFY = 'client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt'

const tls = (...keys: readonly string[]) => `tls_server_config: { ${[FILES, ...keys].join(', ')} }\n`
const users = (hash: string) => `basic_auth_users:\n  alice: ${hash}\n`
const headers = (text: string) => `http_server_config: { headers: { ${text} } }\n`
const indent = (text: string) => text.trim().replaceAll('\n', '\n    ')
const inline = ({ cert, key }: KeyPair) =>
  `tls_server_config:\n  cert: |\n    ${indent(cert)}\n  key: |\n    ${indent(key)}\n`

const good = (name: string, yaml: string): Case => ({ name, yaml: () => yaml, good: true })
const bad = (name: string, yaml: string): Case => ({ name, yaml: () => yaml, good: false })
const onlyHere = (name: string, yaml: string, differs: string): Case => ({ ...good(name, yaml), differs })
const onlyThere = (name: string, yaml: string, differs: string): Case => ({ ...bad(name, yaml), differs })

const NEWER = 'newer versions of the toolkit know this key'

export const cases: readonly Case[] = [
  good('empty file', ''),
  good('only comments', '# nothing\n'),
  good('empty sections', 'tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n'),
  good('certificate and key', tls()),
  good('several sections', `${tls()}${users(HASH)}${headers('X-Frame-Options: deny')}`),
  ...['TLS12', 'TLS13'].flatMap((version) => [
    good(`min version ${version}`, tls(`min_version: ${version}`)),
    good(`max version ${version}`, tls(`max_version: ${version}`)),
  ]),
  bad('unknown version', tls('min_version: TLS14')),
  bad('version as OpenSSL writes it', tls('min_version: TLSv1.2')),
  bad('version in lower case', tls('max_version: tls12')),
  ...[
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
    'TLS_AES_128_GCM_SHA256',
  ].map((suite) => good(`cipher suite ${suite}`, tls(`cipher_suites: [${suite}]`))),
  good('no cipher suites', tls('cipher_suites: []')),
  bad('insecure cipher suite', tls('cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]')),
  bad('cipher suite as OpenSSL writes it', tls('cipher_suites: [ECDHE-RSA-AES128-GCM-SHA256]')),
  bad('cipher suites as text', tls('cipher_suites: TLS_NO_SUCH_SUITE')),
  good('curves', tls('curve_preferences: [X25519, CurveP256, CurveP384, CurveP521]')),
  bad('unknown curve', tls('curve_preferences: [P-256]')),
  good('order of the client', tls('prefer_server_cipher_suites: false')),
  good('boolean as YAML 1.1 writes it', tls('prefer_server_cipher_suites: no')),
  bad('not a boolean', tls('prefer_server_cipher_suites: perhaps')),
  ...['NoClientCert', 'RequestClientCert', 'RequireAnyClientCert', 'RequireClientCert'].map((policy) =>
    good(`client policy ${policy}`, tls(`client_auth_type: ${policy}`)),
  ),
  ...['VerifyClientCertIfGiven', 'RequireAndVerifyClientCert'].map((policy) =>
    good(`client policy ${policy}`, tls(`client_auth_type: ${policy}`, 'client_ca_file: ca.crt')),
  ),
  bad('unknown client policy', tls('client_auth_type: Always')),
  bad('client CA without a policy', tls('client_ca_file: ca.crt')),
  bad('missing client CA', tls('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: none.crt')),
  bad('no key', 'tls_server_config: { cert_file: server.crt }\n'),
  bad('no certificate', 'tls_server_config: { key_file: server.key }\n'),
  bad('only a client policy', 'tls_server_config: { client_auth_type: NoClientCert }\n'),
  bad('missing certificate file', 'tls_server_config: { cert_file: none.crt, key_file: server.key }\n'),
  bad('missing key file', 'tls_server_config: { cert_file: server.crt, key_file: none.key }\n'),
  bad('key of another certificate', 'tls_server_config: { cert_file: server.crt, key_file: other.key }\n'),
  bad('certificate that is text', 'tls_server_config: { cert_file: text.txt, key_file: server.key }\n'),
  bad('key that is text', 'tls_server_config: { cert_file: server.crt, key_file: text.txt }\n'),
  bad('certificate and key swapped', 'tls_server_config: { cert_file: server.key, key_file: server.crt }\n'),
  bad('unknown key at the top', 'tls: { }\n'),
  bad('unknown key of TLS', tls('cert_path: server.crt')),
  bad('key twice', `${tls()}${tls()}`),
  bad('not YAML', 'tls_server_config: {\n'),
  bad('tab as indentation', 'tls_server_config:\n\tcert_file: server.crt\n'),
  bad('a list at the top', '- tls_server_config\n'),
  bad('text as a section', 'tls_server_config: on\n'),
  good('HTTP/2 off', 'http_server_config: { http2: false }\n'),
  bad('HTTP/2 not a boolean', 'http_server_config: { http2: maybe }\n'),
  ...['deny', 'sameorigin'].map((value) =>
    good(`X-Frame-Options ${value}`, headers(`X-Frame-Options: ${value}`)),
  ),
  bad('X-Frame-Options in upper case', headers('X-Frame-Options: DENY')),
  good('X-Content-Type-Options', headers('X-Content-Type-Options: nosniff')),
  bad('X-Content-Type-Options with another value', headers('X-Content-Type-Options: sniff')),
  good('X-XSS-Protection that YAML reads as a number', headers('X-XSS-Protection: 0')),
  good('Strict-Transport-Security', headers('Strict-Transport-Security: max-age=31536000')),
  good('Content-Security-Policy', headers(`Content-Security-Policy: "default-src 'self'"`)),
  bad('another header', headers('Server: mine')),
  bad('header in lower case', headers('x-frame-options: deny')),
  good('hash 2a', users(HASH.replace('$2b', '$2a'))),
  good('hash 2b', users(HASH)),
  good('hash 2y', users(HASH.replace('$2b', '$2y'))),
  good('two users', `${users(HASH)}  bob: ${HASH}\n`),
  good('user whose name YAML 1.1 reads as a boolean', `basic_auth_users:\n  no: ${HASH}\n`),
  bad('password in clear text', users('test-password')),
  bad('user without a hash', users('')),
  bad('hash of another kind', users('$apr1$abcdefgh$abcdefghijklmnopqrstuv')),
  bad('hash that is cut off', users(HASH.slice(0, 40))),
  bad('cost too low', users(HASH.replace('$04', '$03'))),
  bad('cost too high', users(HASH.replace('$04', '$32'))),
  bad('user twice', `${users(HASH)}  alice: ${HASH}\n`),
  bad('a list of users', 'basic_auth_users: [alice]\n'),

  { ...onlyHere('certificate and key in the file', '', NEWER), yaml: inline },
  onlyHere('names of clients', tls(VERIFY, 'client_allowed_sans: [scraper.example.com]'), NEWER),
  onlyHere('rate limit', 'rate_limit: { interval: 100ms, burst: 20 }\n', NEWER),
  onlyHere('rate limit off', 'rate_limit: { interval: 0 }\n', NEWER),
  onlyThere('HTTP/2 on', 'http_server_config: { http2: true }\n', 'the exporter speaks HTTP/1.1 only'),
  ...['TLS10', 'TLS11'].map((version) =>
    onlyThere(`min version ${version}`, tls(`min_version: ${version}`), 'OpenSSL refuses this version'),
  ),
  onlyThere(
    'min version above max version',
    tls('min_version: TLS13', 'max_version: TLS12'),
    'no client could connect',
  ),
  onlyThere(
    'cipher suite without forward secrecy',
    tls('cipher_suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]'),
    'newer versions of Go call it insecure',
  ),
  onlyThere(
    'settings without a certificate',
    'tls_server_config: { min_version: TLS13 }\n',
    'the toolkit would silently serve plain HTTP',
  ),
  onlyThere(
    'verified clients without a CA',
    tls('client_auth_type: RequireAndVerifyClientCert'),
    'the toolkit would accept every certificate of a public CA',
  ),
  onlyThere(
    'client CA that is text',
    tls('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: text.txt'),
    'the toolkit would refuse every client',
  ),
  onlyThere(
    'hash with characters that bcrypt never writes',
    users(`${HASH.slice(0, -1)}!`),
    'no password can match it',
  ),
  onlyThere('hash 2x', users(HASH.replace('$2b', '$2x')), 'the mark of hashes of a broken implementation'),
  onlyThere('cost that takes minutes', users(HASH.replace('$04', '$22')), 'no scraper waits that long'),
]
