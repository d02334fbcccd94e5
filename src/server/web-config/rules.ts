import { DAY_MS } from '../../units.ts'
import { isBlank, type LocatedProblem, sectionOf } from '../../yaml-text.ts'
import { costOf } from './bcrypt-hash.ts'
import { type ClientAuthType, TLS_SECTION, USERS_SECTION } from './schema.ts'
import type { TlsSettings } from './tls.ts'
import type { WebConfig } from './web-config.ts'

/** Problems between keys. They are independent of problems within values, so that all are reported together. */
export function keyProblems(raw: unknown): LocatedProblem[] {
  const tls = sectionOf(raw, TLS_SECTION)
  const has = (key: string) => !isBlank(tls[key])
  const problems: LocatedProblem[] = []
  const check = (isWrong: boolean, key: string | undefined, message: string) => {
    if (isWrong) problems.push({ at: key === undefined ? [TLS_SECTION] : [TLS_SECTION, key], message })
  }
  for (const key of ['cert', 'key', 'client_ca']) {
    check(has(key) && has(`${key}_file`), key, `cannot be combined with ${key}_file; remove one`)
  }
  if (Object.keys(tls).some(has)) {
    check(!has('cert') && !has('cert_file'), undefined, 'has no cert_file; TLS needs a certificate')
    check(!has('key') && !has('key_file'), undefined, 'has no key_file; TLS needs the key of the certificate')
  }
  const policy = isBlank(tls.client_auth_type) ? 'NoClientCert' : tls.client_auth_type
  const ca = has('client_ca') ? 'client_ca' : 'client_ca_file'
  check(
    has(ca) && policy === 'NoClientCert',
    ca,
    'has no effect without client_auth_type; set it to RequireAndVerifyClientCert',
  )
  check(
    !has(ca) && (policy === 'VerifyClientCertIfGiven' || policy === 'RequireAndVerifyClientCert'),
    'client_auth_type',
    'needs client_ca_file, the CA of the client certificates',
  )
  check(
    Array.isArray(tls.client_allowed_sans) &&
      !['RequireAnyClientCert', 'RequireClientCert', 'RequireAndVerifyClientCert'].includes(String(policy)),
    'client_allowed_sans',
    'has no effect unless clients need a certificate; set client_auth_type to RequireAndVerifyClientCert',
  )
  check(
    tls.min_version === 'TLS13' && tls.max_version === 'TLS12',
    'min_version',
    'is above max_version; lower it',
  )
  // JavaScript has no place for it in most objects, so the user would be missing.
  if (Object.hasOwn(sectionOf(raw, USERS_SECTION), '__proto__')) {
    problems.push({
      at: [USERS_SECTION, '__proto__'],
      message: '__proto__ cannot be a user name; choose another',
    })
  }
  const rate = sectionOf(raw, 'rate_limit')
  const hasInterval = !isBlank(rate.interval) && rate.interval !== '0'
  if (hasInterval && isBlank(rate.burst)) {
    problems.push({ at: ['rate_limit'], message: 'has no burst; every request would be refused' })
  }
  if (!isBlank(rate.burst) && isBlank(rate.interval)) {
    problems.push({
      at: ['rate_limit'],
      message: 'has no interval; set the time between two requests, such as 100ms',
    })
  }
  return problems
}

const EXPIRY_WARNING_DAYS = 14
const SLOW_COST = 14

/** What a valid configuration probably does not intend. @param now milliseconds since 1970 */
export function webConfigWarnings({ tls, users }: WebConfig, now: number): LocatedProblem[] {
  if (tls === undefined && users.size === 0) {
    const message = 'sets neither TLS nor users; everyone who reaches the port can read the metrics'
    return [{ at: [], message }]
  }
  return [...(tls === undefined ? [] : tlsWarnings(tls, now)), ...userWarnings(users, tls !== undefined)]
}

/**
 * Problems of a reload that would turn TLS on or off, or weaken authentication. A file that is read while an editor writes it is
 * incomplete, but often valid: it must not open the server to everyone.
 */
export function switchProblems(current: WebConfig, next: WebConfig): string[] {
  const problems: string[] = []
  if ((next.tls === undefined) !== (current.tls === undefined)) {
    problems.push('TLS cannot be turned on or off while the exporter runs; restart it')
  }
  if (current.users.size > 0 && next.users.size === 0) {
    problems.push('passwords cannot be turned off while the exporter runs; restart it')
  }
  if (strictness(next.tls) < strictness(current.tls)) {
    problems.push('the check of client certificates cannot be relaxed while the exporter runs; restart it')
  }
  return problems
}

/** How much a server asks of client certificates. */
function strictness(tls: TlsSettings | undefined): number {
  if (tls === undefined) return 0
  const policy = STRICTNESS[tls.clientAuth]
  return policy === 0 || tls.allowedSans.length === 0 ? policy : policy + 0.5
}

const STRICTNESS: Readonly<Record<ClientAuthType, number>> = {
  NoClientCert: 0,
  RequestClientCert: 0,
  VerifyClientCertIfGiven: 0,
  RequireAnyClientCert: 1,
  RequireAndVerifyClientCert: 2,
}

/** How much time a certificate has left. */
export type Expiry = 'later' | 'soon' | 'expired'

/** @param expiresAt when it expires @param now both in milliseconds since 1970 */
export function expiryOf(expiresAt: number, now: number): Expiry {
  if (expiresAt <= now) return 'expired'
  return expiresAt - now < EXPIRY_WARNING_DAYS * DAY_MS ? 'soon' : 'later'
}

function tlsWarnings({ expiresAt, hasAltNames, clientAuth }: TlsSettings, now: number): LocatedProblem[] {
  const warnings: LocatedProblem[] = []
  const expiry = expiryOf(expiresAt, now)
  if (expiry !== 'later') {
    const date = new Date(expiresAt).toISOString().slice(0, 10)
    const message = `the certificate ${expiry === 'expired' ? 'expired' : 'expires'} on ${date}; renew it`
    warnings.push({ at: [TLS_SECTION], message })
  }
  if (!hasAltNames) {
    const message = 'the certificate has no subjectAltName, so Prometheus refuses it; issue it with one'
    warnings.push({ at: [TLS_SECTION], message })
  }
  if (clientAuth === 'RequestClientCert' || clientAuth === 'RequireAnyClientCert') {
    warnings.push({
      at: [TLS_SECTION, 'client_auth_type'],
      message: 'does not verify client certificates; RequireAndVerifyClientCert does',
    })
  }
  return warnings
}

function userWarnings(users: ReadonlyMap<string, string>, hasTls: boolean): LocatedProblem[] {
  const warnings: LocatedProblem[] = []
  if (users.size > 0 && !hasTls) {
    const message = 'without TLS, passwords travel in clear text; set tls_server_config'
    warnings.push({ at: [USERS_SECTION], message })
  }
  for (const [user, hash] of users) {
    const at = [USERS_SECTION, user]
    const cost = costOf(hash)
    if (cost > SLOW_COST) {
      const message = `a hash with a cost of ${cost} takes seconds to verify; a cost of 10 is enough`
      warnings.push({ at, message })
    }
    if (user.includes(':')) {
      warnings.push({ at, message: 'a client cannot send a user name with a colon' })
    }
  }
  return warnings
}
