import { expect, it } from 'vitest'
import { switchProblems } from '../../../src/server/web-config/rules.ts'
import type { ClientAuthType } from '../../../src/server/web-config/schema.ts'
import type { WebConfig } from '../../../src/server/web-config/web-config.ts'

const plain: WebConfig = { tls: undefined, headers: new Map(), users: new Map(), rateLimit: undefined }
const withUsers = (...names: readonly string[]): WebConfig => ({
  ...plain,
  users: new Map(names.map((name) => [name, 'hash'])),
})
const withTls = (clientAuth: ClientAuthType, ...allowedSans: readonly string[]): WebConfig => ({
  ...plain,
  tls: {
    context: {},
    clientAuth,
    allowedSans,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    expiresAt: 0,
    hasAltNames: true,
  },
})

const TLS = 'TLS cannot be turned on or off while the exporter runs; restart it'
const PASSWORDS = 'passwords cannot be turned off while the exporter runs; restart it'
const RELAXED = 'the check of client certificates cannot be relaxed while the exporter runs; restart it'

it.each<[string, WebConfig, WebConfig, readonly string[]]>([
  ['nothing changes', plain, plain, []],
  ['TLS begins', plain, withTls('NoClientCert'), [TLS]],
  ['TLS ends', withTls('NoClientCert'), plain, [TLS]],
  ['TLS with a check ends', withTls('RequireAndVerifyClientCert'), plain, [TLS, RELAXED]],
  ['a user goes, another stays', withUsers('a', 'b'), withUsers('b'), []],
  ['the last user goes', withUsers('a'), plain, [PASSWORDS]],
  ['users come', plain, withUsers('a'), []],
  ['the check begins', withTls('NoClientCert'), withTls('RequireAndVerifyClientCert', 'a'), []],
  ['the check ends', withTls('RequireAndVerifyClientCert'), withTls('NoClientCert'), [RELAXED]],
  [
    'any certificate is enough',
    withTls('RequireAndVerifyClientCert'),
    withTls('RequireAnyClientCert'),
    [RELAXED],
  ],
  [
    'any name is enough',
    withTls('RequireAndVerifyClientCert', 'a'),
    withTls('RequireAndVerifyClientCert'),
    [RELAXED],
  ],
  ['other names are needed', withTls('RequireAnyClientCert', 'a'), withTls('RequireAnyClientCert', 'b'), []],
])('a running server: %s', (_what, current, next, problems) => {
  expect(switchProblems(current, next)).toEqual(problems)
})
