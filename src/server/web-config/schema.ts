import { z } from 'zod'
import { validateHeaderValue } from '../../node-http.ts'
import { isBlank } from '../../yaml-text.ts'
import { bcryptHash } from './bcrypt-hash.ts'
import { cipherSuites, curves } from './tls-names.ts'

/** The key of the section about TLS. */
export const TLS_SECTION = 'tls_server_config'

/** The key of the users with their hashes. */
export const USERS_SECTION = 'basic_auth_users'

/** Policies for client certificates, as Go names them. */
export const clientAuthTypes = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const

export type ClientAuthType = (typeof clientAuthTypes)[number]

const optionalOrBlank = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (isBlank(value) ? undefined : value), schema.optional())

const section = <T extends z.core.$ZodLooseShape>(shape: T) =>
  optionalOrBlank(z.strictObject(shape, { error: 'must contain keys with values' }))

const text = z.string('must be text')

const listOf = <T extends z.ZodType>(item: T) => optionalOrBlank(z.array(item, 'must be a list'))

// Go's YAML library accepts these spellings.
const TRUE = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/

const boolean = text
  .refine((value) => TRUE.test(value) || FALSE.test(value), 'must be true or false')
  .transform((value) => TRUE.test(value))

const tlsVersion = text.transform((value, context): 'TLSv1.2' | 'TLSv1.3' => {
  if (value === 'TLS12') return 'TLSv1.2'
  if (value === 'TLS13') return 'TLSv1.3'
  const isOld = value === 'TLS10' || value === 'TLS11'
  context.addIssue(
    isOld ? `${value} is insecure, and OpenSSL refuses it; use TLS12 or TLS13` : 'must be TLS12 or TLS13',
  )
  return z.NEVER
})

/** Accepts one of Go's names and converts it to OpenSSL's name. */
const nameIn = (names: ReadonlyMap<string, string>) =>
  text.transform((value, context): string => {
    const name = names.get(value)
    if (name !== undefined) return name
    context.addIssue(`must be one of ${[...names.keys()].join(', ')}`)
    return z.NEVER
  })

const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

// The pattern is unambiguous, so it cannot backtrack quadratically.
const GO_DURATION = /^\+?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/

/** A duration as Go writes it, such as `100ms` or `1m30s`. */
const goDuration = text
  .refine((value) => value === '0' || GO_DURATION.test(value), 'must be a duration, such as 100ms or 1m30s')
  .transform((value) =>
    [...value.matchAll(/([\d.]+)([a-zµμ]+)/g)].reduce(
      (sum, [, number, unit]) => sum + Number(number) * (UNITS_MS[unit ?? ''] ?? 0),
      0,
    ),
  )

const burst = text
  .refine((value) => /^\d{1,9}$/.test(value) && Number(value) > 0, 'must be a whole number above 0')
  .transform(Number)

const header = text.refine(isHeaderValue, 'contains a character that a header cannot have')

function isHeaderValue(value: string): boolean {
  try {
    validateHeaderValue('x', value)
    return true
  } catch {
    return false
  }
}

const choice = (...values: readonly [string, ...string[]]) =>
  optionalOrBlank(z.enum(values, `must be ${values.join(' or ')}`))

/**
 * The web configuration file of Prometheus's exporter-toolkit. Every value comes as text.
 *
 * @see https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */
export const webConfigSchema = z.strictObject(
  {
    [TLS_SECTION]: section({
      cert: optionalOrBlank(text),
      key: optionalOrBlank(text),
      client_ca: optionalOrBlank(text),
      cert_file: optionalOrBlank(text),
      key_file: optionalOrBlank(text),
      client_ca_file: optionalOrBlank(text),
      client_auth_type: optionalOrBlank(
        z.preprocess(
          // An earlier name, which the toolkit also accepts.
          (value) => (value === 'RequireClientCert' ? 'RequireAnyClientCert' : value),
          z.enum(clientAuthTypes, `must be one of ${clientAuthTypes.join(', ')}`),
        ),
      ),
      client_allowed_sans: listOf(text),
      min_version: optionalOrBlank(tlsVersion),
      max_version: optionalOrBlank(tlsVersion),
      cipher_suites: listOf(nameIn(cipherSuites)),
      curve_preferences: listOf(nameIn(curves)),
      prefer_server_cipher_suites: optionalOrBlank(boolean),
    }),
    http_server_config: section({
      http2: optionalOrBlank(
        boolean.refine(
          (isWanted) => !isWanted,
          'HTTP/2 is not supported; remove this key or set it to false. Prometheus then uses HTTP/1.1',
        ),
      ),
      headers: section({
        'Content-Security-Policy': optionalOrBlank(header),
        'Strict-Transport-Security': optionalOrBlank(header),
        'X-Content-Type-Options': choice('nosniff'),
        'X-Frame-Options': choice('deny', 'sameorigin'),
        'X-XSS-Protection': optionalOrBlank(header),
      }),
    }),
    [USERS_SECTION]: optionalOrBlank(z.record(z.string(), bcryptHash, 'must be users with bcrypt hashes')),
    rate_limit: section({ interval: optionalOrBlank(goDuration), burst: optionalOrBlank(burst) }),
  },
  { error: 'must contain keys with values, such as tls_server_config' },
)

export type WebConfigValues = z.output<typeof webConfigSchema>
