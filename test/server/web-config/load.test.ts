import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ConfigError } from '../../../src/config/config-error.ts'
import { loadWebConfig, readWebConfig } from '../../../src/server/web-config/load.ts'
import type { LoadedWebConfig } from '../../../src/server/web-config/web-config.ts'
import { aCa, aCertificate, type KeyPair, writePair } from '../../support/certificates.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { HASH } from '../../support/passwords.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let pair: KeyPair
let ca: KeyPair
beforeAll(async () => {
  pair = await aCertificate()
  ca = await aCa()
})

/** Writes the file beside `server.crt`, `server.key` and `ca.crt`. @returns its path */
function write(yaml: string): string {
  const folder = temporaryFolder()
  writePair(folder, 'server', pair)
  writeFileSync(join(folder, 'ca.crt'), ca.cert)
  const path = join(folder, 'web.yml')
  writeFileSync(path, yaml, { mode: 0o600 })
  return path
}

/** What is wrong with the file at this path. */
async function problemsAt(path: string): Promise<readonly string[]> {
  const result = await loadWebConfig(path)
  return result.ok ? [] : result.problems
}

/** The configuration in the file at this path. */
async function loadedAt(path: string): Promise<LoadedWebConfig> {
  const result = await loadWebConfig(path)
  if (!result.ok) throw new Error(result.problems.join())
  return result
}

const problemsOf = (yaml: string) => problemsAt(write(yaml))
const warningsOf = async (yaml: string) => (await loadedAt(write(yaml))).warnings

const TLS = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n'

/** The certificate with letters in its expiry date. */
function withBrokenDate(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  // Two dates of 13 characters each follow one another: tag 0x17, length 13, text.
  const from = der.indexOf(Buffer.from([0x17, 13]))
  der.write('99XX99999999Z', from + 2 + 13 + 2, 'latin1')
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
}

describe('a good file', () => {
  it('is read whole', async () => {
    const { config, warnings, files } = await readWebConfig(
      write(`${TLS}  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [scraper.example.com, "0:0:0:0:0:0:0:1"]
  min_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  curve_preferences: [X25519, CurveP256]
  prefer_server_cipher_suites: false
http_server_config:
  http2: false
  headers: { X-XSS-Protection: 0, X-Frame-Options: }
basic_auth_users: { no: "${HASH}" }
rate_limit: { interval: 1m1.5s, burst: 20 }
`),
    )
    expect(warnings).toEqual([])
    expect(config.tls).toMatchObject({
      clientAuth: 'RequireAndVerifyClientCert',
      allowedSans: ['scraper.example.com', '::1'],
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      context: {
        minVersion: 'TLSv1.3',
        honorCipherOrder: false,
        ecdhCurve: 'X25519:P-256',
        ca: ca.cert,
        ciphers:
          'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-AES128-GCM-SHA256',
      },
    })
    expect(config.headers).toEqual(new Map([['X-XSS-Protection', '0']]))
    expect(config.users).toEqual(new Map([['no', HASH]]))
    expect(config.rateLimit).toEqual({ intervalMs: 61_500, burst: 20 })
    expect(files.map((file) => file.split('/').at(-1))).toEqual([
      'web.yml',
      'server.crt',
      'server.key',
      'ca.crt',
    ])
  })

  it('may be empty, which protects nothing', async () => {
    expect((await readWebConfig(write(''))).config).toEqual({
      tls: undefined,
      headers: new Map(),
      users: new Map(),
      rateLimit: undefined,
    })
  })

  it('uses the toolkit’s defaults', async () => {
    const { config } = await readWebConfig(write(TLS))
    expect(config.tls).toMatchObject({
      clientAuth: 'NoClientCert',
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
    })
    expect(config.tls?.context.honorCipherOrder).toBe(true)
  })

  it.each([
    ['100ms', 100],
    ['1.5s', 1500],
    ['2h', 7_200_000],
  ])('reads a rate limit of %s', async (interval, intervalMs) => {
    const { config } = await readWebConfig(write(`rate_limit: { interval: ${interval}, burst: 1 }\n`))
    expect(config.rateLimit).toEqual({ intervalMs, burst: 1 })
  })

  it('has another digest after a change of any file, and the same without one', async () => {
    const path = write(TLS)
    const { digest } = await loadedAt(path)
    expect((await loadedAt(path)).digest).toBe(digest)
    writePair(join(path, '..'), 'server', await aCertificate())
    expect((await loadedAt(path)).digest).not.toBe(digest)
  })
})

describe('problems', () => {
  it('are all reported together, each with line, column and key', async () => {
    expect(
      await problemsOf(`tls_server_config:
  cert_file: none.crt
  min_version: TLS10
  cipher_suites:
    - TLS_AES_128_GCM_SHA256
    - RC4
  certfile: x
  client_auth_type: VerifyClientCertIfGiven
http_server_config: { http2: true, headers: { Server: x } }
basic_auth_users:
  alice: test-password
rate_limit: { interval: 1, burst: 0 }
`),
    ).toEqual([
      'web.yml:3:3: tls_server_config.min_version: TLS10 is insecure, and OpenSSL refuses it; use TLS12 or TLS13',
      expect.stringMatching(/^web\.yml:6:7: tls_server_config\.cipher_suites\[1\]: must be one of TLS_AES/),
      'web.yml:7:3: tls_server_config.certfile: is not a known key; check its spelling',
      expect.stringMatching(/^web\.yml:9:23: http_server_config\.http2: HTTP\/2 is not supported/),
      'web.yml:9:47: http_server_config.headers.Server: is not a known key; check its spelling',
      expect.stringMatching(
        /^web\.yml:11:3: basic_auth_users: is not a bcrypt hash; make one with: htpasswd/,
      ),
      expect.stringMatching(/^web\.yml:12:15: rate_limit\.interval: must be a duration/),
      'web.yml:12:28: rate_limit.burst: must be a whole number above 0',
      'web.yml:1:1: tls_server_config: has no key_file; TLS needs the key of the certificate',
      'web.yml:8:3: tls_server_config.client_auth_type: needs client_ca_file, the CA of the client certificates',
      expect.stringMatching(
        /^web\.yml:2:3: tls_server_config\.cert_file: \/.*\/none\.crt does not exist; create it/,
      ),
    ])
  })

  it.each([
    ['a key that is there twice', 'a: 1\na: 2\n', 'web.yml:2:1: duplicate key; remove one'],
    ['a tab', 'a:\n\t- b\n', 'web.yml:2:1: a tab indents this line; use spaces'],
    ['an unknown alias', 'a: *b\n', 'web.yml:1:4: an alias (*name) needs an anchor (&name) before it'],
    ['a key that is there twice in braces', 'a: { b, c, b }\n', 'web.yml:1:12: duplicate key; remove one'],
    ['a key that is a mapping', '? { b: x }\n: c\n', 'web.yml:1:3: a key must be a single text; quote it'],
    ['a key that is a list', 'a: { ? [b] : c }\n', 'web.yml:1:8: a key must be a single text; quote it'],
    ['a key that is an alias', 'a: &b c\n*b : d\n', 'web.yml:2:1: a key must be a single text; quote it'],
    ['a list', '- a\n', 'web.yml:1:1: must contain keys with values, such as tls_server_config'],
  ])('name the place of %s', async (_, yaml, problem) => {
    expect(await problemsOf(yaml)).toEqual([problem])
  })

  it.each([
    ['inline and file', `${TLS}  cert: x\n`, 'cert: cannot be combined with cert_file; remove one'],
    [
      'a CA without a policy',
      `${TLS}  client_ca_file: ca.crt\n`,
      'client_ca_file: has no effect without client_',
    ],
    [
      'names without a policy',
      `${TLS}  client_allowed_sans: [a]\n`,
      'client_allowed_sans: has no effect unless',
    ],
    [
      'versions',
      `${TLS}  min_version: TLS13\n  max_version: TLS12\n`,
      'min_version: is above max_version; lower it',
    ],
  ])('between keys are found: %s', async (_, yaml, problem) => {
    expect(await problemsOf(yaml)).toContainEqual(expect.stringContaining(`tls_server_config.${problem}`))
  })

  it('name a user that JavaScript would lose', async () => {
    expect(await problemsOf(`basic_auth_users: { __proto__: ${HASH} }\n`)).toEqual([
      'web.yml:1:21: basic_auth_users: __proto__ cannot be a user name; choose another',
    ])
  })

  it('are counted beyond the first 20', async () => {
    const problems = await problemsOf('%\n'.repeat(1000))
    expect(problems).toHaveLength(21)
    expect(problems.at(-1)).toMatch(/^and \d+ more$/)
    const unknown = Array.from({ length: 30 }, (_, index) => `key${index}: 1\n`).join('')
    expect((await problemsOf(unknown)).slice(-2)).toEqual([
      'web.yml:20:1: key19: is not a known key; check its spelling',
      'and 10 more',
    ])
  })

  it('limit how many keys, values and signs the parser sees, but not below a thousand users', async () => {
    const users = Array.from({ length: 1400 }, (_, index) => `  user${index}: ${HASH}\n`)
    expect(await problemsOf(`basic_auth_users:\n${users.join('')}`)).toEqual([])
    expect(await problemsOf('a1: 1\n'.repeat(3000))).toEqual([
      'web.yml: has more than 12000 keys, values and other signs; remove what is not needed',
    ])
  })

  // Each took seconds. On an idle machine, the slowest needs about a tenth of a second.
  it.each([
    ['short keys', (index: number) => `a${index}: 1\n`],
    ['keys in braces', (index: number) => `${index === 0 ? '{' : ''}${index.toString(36)},`],
    ['equal keys', () => 'a: b\n'],
    ['lines that are not YAML', () => '%\n'],
    ['brackets', () => '[]'],
    ['open brackets', () => '['],
    ['quotes', () => '"'],
    ['users', (index: number) => `${index === 0 ? 'basic_auth_users:\n' : ''}  u${index}: a\n`],
  ])('are found quickly, also with as many as possible: %s', async (_, line) => {
    const endless = Array.from({ length: 131_072 }, (_each, index) => line(index)).join('')
    for (const text of [endless.slice(0, 131_072), endless.slice(0, 8000)]) {
      const path = write(text)
      const from = process.threadCpuUsage()
      expect((await problemsAt(path)).length).toBeGreaterThan(0)
      expect(process.threadCpuUsage(from).user / 1000).toBeLessThan(500)
    }
  })

  it('are found quickly in a duration of many digits', async () => {
    const path = write(`rate_limit: { burst: 1, interval: "${'1'.repeat(100_000)}x" }\n`)
    const from = process.threadCpuUsage()
    expect(await problemsAt(path)).toEqual([expect.stringContaining('must be a duration')])
    expect(process.threadCpuUsage(from).user / 1000).toBeLessThan(500)
  })

  it('include a certificate whose expiry date is not a date', async () => {
    const path = write(TLS)
    writeFileSync(join(path, '../server.crt'), withBrokenDate(pair.cert))
    expect(await problemsAt(path)).toEqual([
      'web.yml:1:1: tls_server_config: the certificate has an invalid expiry date; issue it again',
    ])
  })

  it('name a certificate and a key that do not belong together', async () => {
    const path = write(TLS)
    writeFileSync(join(path, '../server.key'), (await aCertificate()).key)
    expect(await problemsAt(path)).toEqual([
      'web.yml:3:3: tls_server_config.key_file: is not the key of this certificate; use the key that was created with it',
    ])
  })

  it.each([
    [
      'is a folder',
      (path: string) => mkdirSync(path),
      'is not a regular file; set it to a file that contains the web configuration',
    ],
    [
      'is huge',
      (path: string) => writeFileSync(path, Buffer.alloc(2 ** 20 + 1)),
      'is larger than 128 KiB; set it to a file that contains only the web configuration',
    ],
    ['does not exist', () => {}, 'does not exist; create it with the web configuration'],
    [
      'is UTF-16',
      (path: string) => writeFileSync(path, '\ufeffa: 1', 'utf16le'),
      'is UTF-16; save it as UTF-8',
    ],
    [
      'is Latin-1',
      (path: string) => writeFileSync(path, `basic_auth_users: { josé: ${HASH} }\n`, 'latin1'),
      'is not UTF-8; save it as UTF-8',
    ],
  ])('name a file that %s', async (_, make, problem) => {
    const path = join(temporaryFolder(), 'web.yml')
    make(path)
    const error = await readWebConfig(path).catch((reason) => reason)
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.problems).toEqual([expect.stringContaining(`--web.config.file: ${path} ${problem}`)])
  })

  it.each([
    ['key', (key: string) => `tls_server_config:\n  key: "${key}"\n  cert: "${key}"\n`],
    ['broken YAML', (key: string) => `tls_server_config:\n  key: ${key}: ${key}\n   cert: "${key}\n`],
    ['password', (key: string) => `basic_auth_users: { alice: ${key} }\n`],
    ['password as a user', (key: string) => `basic_auth_users: { alice, ${key} }\n`],
    ['user and password as a user', (key: string) => `basic_auth_users: { "alice:${key}": x }\n`],
    ['user and password as a section', (key: string) => `"alice:${key}": x\n`],
    ['user in a mapping as a key', (key: string) => `basic_auth_users: { ? { alice: ${key} } : x }\n`],
    ['unknown text', (key: string) => `${key}\n`],
  ])('never quote a secret: %s', async (_, yaml) => {
    const problems = await problemsOf(yaml('test-secret-1'))
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.join()).not.toContain('test-secret-1')
  })

  it('are not printed by the YAML library, which quotes the text', async () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => emitWarning.mockRestore())
    await problemsOf(`basic_auth_users: { ? { alice: test-secret-1 } : "${HASH}" }\n`)
    await problemsOf('%UNKNOWN test-secret-1\n---\na: 1\n')
    expect(emitWarning).not.toHaveBeenCalled()
  })
})

describe('warnings', () => {
  it.each([
    [-1, 'expired on'],
    [5, 'expires on'],
  ])('say that a certificate with %i days left %s a date', async (daysLeft, words) => {
    const path = write(TLS)
    writePair(join(path, '..'), 'server', await aCertificate({ daysLeft }))
    expect((await loadedAt(path)).warnings).toEqual([
      expect.stringMatching(
        new RegExp(`^web\\.yml:1:1: tls_server_config: the certificate ${words} \\d{4}-`),
      ),
    ])
  })

  it('never quote a user: the name may contain a password', async () => {
    expect(await warningsOf(`${TLS}basic_auth_users: { "alice:test-secret-1": "${HASH}" }\n`)).toEqual([
      'web.yml:4:21: basic_auth_users: a client cannot send a user name with a colon',
    ])
  })

  it('are counted beyond the first 20', async () => {
    const hash = HASH.replace('$04', '$15')
    const users = Array.from({ length: 30 }, (_, index) => `  user${index}: "${hash}"\n`).join('')
    const warnings = await warningsOf(`${TLS}basic_auth_users:\n${users}`)
    expect(warnings).toHaveLength(21)
    expect(warnings.at(-1)).toBe('and 10 more')
  })

  it('say that a file protects nothing', async () => {
    expect(await warningsOf('')).toEqual([
      'web.yml:1:1: sets neither TLS nor users; everyone who reaches the port can read the metrics',
    ])
  })

  it('say that Prometheus refuses a certificate without alternative names', async () => {
    const path = write(TLS)
    writePair(join(path, '..'), 'server', await aCertificate({ altNames: [] }))
    expect((await loadedAt(path)).warnings).toEqual([
      expect.stringContaining('the certificate has no subjectAltName, so Prometheus refuses it'),
    ])
  })

  it.skipIf(process.platform === 'win32')('say that others can read the key', async () => {
    const path = write(TLS)
    chmodSync(join(path, '../server.key'), 0o644)
    expect((await loadedAt(path)).warnings).toEqual([
      expect.stringContaining(
        'tls_server_config.key_file: other users of this machine can read the private key',
      ),
    ])
  })

  it.each([
    [
      'passwords in clear text',
      `basic_auth_users: { alice: "${HASH}" }\n`,
      'without TLS, passwords travel in clear',
    ],
    [
      'expensive hashes',
      `${TLS}basic_auth_users: { alice: "${HASH.replace('$04', '$15')}" }\n`,
      'a hash with a cost of 15 takes seconds to verify',
    ],
    [
      'client certificates that are not verified',
      `${TLS}  client_auth_type: RequireAnyClientCert\n`,
      'does not verify client certificates',
    ],
  ])('point at %s', async (_, yaml, words) => {
    expect(await warningsOf(yaml)).toEqual([expect.stringContaining(words)])
  })
})
