import { chmodSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import { describe, expect, it, vi } from 'vitest'
import { aCa, aCertificate, type KeyPair, writePair } from '../../support/certificates.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { HASH, hashOf } from '../../support/passwords.ts'
import { startProcess } from '../../support/programs/exporter-process.ts'
import { startPrometheusWith } from '../../support/programs/prometheus.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const TIMEOUT_MS = 120_000
const hasPrometheus = haveTools('prometheus')

/** Starts a demo with this web configuration. @returns its host and port */
async function startDemo(webConfig: string) {
  const demo = startProcess([
    'demo',
    '--web.listen-address=127.0.0.1:0',
    '--simulator.agents=3',
    `--web.config.file=${webConfig}`,
  ])
  const url = await demo.url()
  expect(url).toMatch(/^https:/)
  return { ...demo, host: new URL(url).host, port: Number(new URL(url).port) }
}

/** A scrape job with these lines of configuration. */
const job = (name: string, host: string, ...lines: readonly string[]) => `
  - job_name: ${name}
    scheme: https
    static_configs: [{ targets: ['${host}'] }]
${lines.map((line) => `    ${line}\n`).join('')}`

type Prometheus = Awaited<ReturnType<typeof startPrometheusWith>>

/** The state of each job after its first scrape, and the error of the failed ones. */
async function targetsOf(prometheus: Prometheus, jobs: number): Promise<Record<string, string>> {
  return vi.waitFor(
    async () => {
      const { activeTargets } = (await prometheus.get('targets')) as {
        activeTargets: { scrapePool: string; health: string; lastError: string }[]
      }
      const pending = activeTargets.filter(({ health }) => health === 'unknown')
      if (activeTargets.length < jobs || pending.length > 0) throw new Error('not scraped yet')
      return Object.fromEntries(activeTargets.map((each) => [each.scrapePool, each.lastError || each.health]))
    },
    { timeout: 20_000, interval: 200 },
  )
}

/** Serial number of the certificate that the server shows now. */
function serialAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    }).on('error', reject)
  })
}

describe.skipIf(!hasPrometheus)('a real Prometheus', { timeout: TIMEOUT_MS }, () => {
  it('scrapes over TLS with a password, and is refused without or with a wrong one', async () => {
    const folder = temporaryFolder()
    const ca = await aCa()
    writeFileSync(join(folder, 'ca.crt'), ca.cert)
    writePair(folder, 'server', await aCertificate({ ca }))
    const webConfig = join(folder, 'web.yml')
    writeFileSync(
      webConfig,
      `tls_server_config: { cert_file: server.crt, key_file: server.key }\nbasic_auth_users: { alice: "${HASH}" }\n`,
    )
    const { host } = await startDemo(webConfig)
    const trust = `tls_config: { ca_file: ${folder}/ca.crt }`
    const prometheus = await startPrometheusWith(
      job('right', host, trust, 'basic_auth: { username: alice, password: test-password }') +
        job('without', host, trust) +
        job('wrong', host, trust, 'basic_auth: { username: alice, password: wrong }') +
        job('unknown', host, trust, 'basic_auth: { username: mallory, password: test-password }') +
        job('untrusted', host, 'basic_auth: { username: alice, password: test-password }'),
    )
    const refused = 'server returned HTTP status 401 Unauthorized'
    expect(await targetsOf(prometheus, 5)).toEqual({
      right: 'up',
      without: refused,
      wrong: refused,
      unknown: refused,
      untrusted: expect.stringContaining('certificate signed by unknown authority'),
    })
  })

  it('scrapes with a client certificate, and is refused without, with a wrong, an expired or another one', async () => {
    const folder = temporaryFolder()
    const [ca, otherCa] = [await aCa(), await aCa('Other CA')]
    writeFileSync(join(folder, 'ca.crt'), ca.cert)
    writePair(folder, 'server', await aCertificate({ ca }))
    const client = (options: { ca: KeyPair; daysLeft?: number; name?: string }) =>
      aCertificate({ ...options, altNames: [{ type: 2, value: options.name ?? 'scraper.example.com' }] })
    writePair(folder, 'right', await client({ ca }))
    writePair(folder, 'expired', await client({ ca, daysLeft: -1 }))
    writePair(folder, 'wrong', await client({ ca: otherCa }))
    writePair(folder, 'another', await client({ ca, name: 'other.example.com' }))
    const webConfig = join(folder, 'web.yml')
    writeFileSync(
      webConfig,
      `tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [scraper.example.com]
`,
    )
    const { host } = await startDemo(webConfig)
    const withPair = (name: string) =>
      job(
        name,
        host,
        `tls_config: { ca_file: ${folder}/ca.crt, cert_file: ${folder}/${name}.crt, key_file: ${folder}/${name}.key }`,
      )
    const prometheus = await startPrometheusWith(
      ['right', 'expired', 'wrong', 'another'].map(withPair).join('') +
        job('without', host, `tls_config: { ca_file: ${folder}/ca.crt }`),
    )
    const { right, ...others } = await targetsOf(prometheus, 5)
    expect(right).toBe('up')
    expect(Object.keys(others).sort()).toEqual(['another', 'expired', 'without', 'wrong'])
    for (const error of Object.values(others)) expect(error).toMatch(/EOF|reset|tls:|closed/)
  })

  it('misses no scrape while certificate, client CA and users are replaced', async () => {
    const folder = temporaryFolder()
    const ca = await aCa()
    const newCa = await aCa('New CA')
    writeFileSync(join(folder, 'ca.crt'), ca.cert)
    writeFileSync(join(folder, 'client-ca.crt'), ca.cert)
    writePair(folder, 'server', await aCertificate({ ca }))
    writePair(folder, 'client', await aCertificate({ ca }))
    const webConfig = join(folder, 'web.yml')
    const writeUsers = (users: string) =>
      writeFileSync(
        webConfig,
        `tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: client-ca.crt
basic_auth_users: { ${users} }
`,
      )
    writeUsers(`alice: "${HASH}"`)
    const demo = await startDemo(webConfig)
    const prometheus = await startPrometheusWith(
      ['rotated-1', 'rotated-2', 'rotated-3', 'rotated-4']
        .map((name) =>
          job(
            name,
            demo.host,
            `tls_config: { ca_file: ${folder}/ca.crt, cert_file: ${folder}/client.crt, key_file: ${folder}/client.key }`,
            'basic_auth: { username: alice, password: test-password }',
          ),
        )
        .join(''),
    )
    expect(new Set(Object.values(await targetsOf(prometheus, 4)))).toEqual(new Set(['up']))
    const errors = new Set<string>()
    const watch = setInterval(async () => {
      for (const state of Object.values(await targetsOf(prometheus, 4))) if (state !== 'up') errors.add(state)
    }, 400)
    onTestFinished(() => clearInterval(watch))
    const reloads = () => demo.log().filter(({ msg }) => msg === 'web configuration reloaded').length
    const until = (times: number) =>
      vi.waitFor(() => expect(reloads()).toBe(times), { timeout: 20_000, interval: 100 })
    const serials = [await serialAt(demo.port)]

    for (const round of [1, 2, 3]) {
      // As cert-manager and certbot do: first one file, then the other.
      const pair = await aCertificate({ ca })
      writeFileSync(join(folder, 'new'), pair.cert)
      renameSync(join(folder, 'new'), join(folder, 'server.crt'))
      await sleep(300)
      writeFileSync(join(folder, 'server.key'), pair.key)
      await until(round)
      serials.push(await serialAt(demo.port))
    }
    writeFileSync(join(folder, 'client-ca.crt'), `${newCa.cert}\n${ca.cert}`)
    await until(4)
    writeUsers(`alice: "${await hashOf('test-password')}", bob: "${HASH}"`)
    await until(5)
    await sleep(2000)

    const { result } = (await prometheus.get('query', { query: 'up{job=~"rotated-."}[5m]' })) as {
      result: { values: [number, string][] }[]
    }
    const values = result.flatMap((each) => each.values.map(([, value]) => value))
    const failed = values.filter((value) => value !== '1').length
    process.stdout.write(`rotation: ${values.length} scrapes, ${failed} failed, ${reloads()} reloads\n`)
    expect(new Set(serials).size).toBe(4)
    expect(values.length).toBeGreaterThan(60)
    expect([failed, [...errors]]).toEqual([0, []])
    expect(demo.log().filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
  })
})

describe('a broken file', () => {
  it('keeps the running configuration, and is logged once until it is repaired', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const folder = temporaryFolder()
    writePair(folder, 'server', await aCertificate())
    const webConfig = join(folder, 'web.yml')
    writeFileSync(webConfig, 'tls_server_config: { cert_file: server.crt, key_file: server.key }\n')
    const demo = await startDemo(webConfig)
    const serial = await serialAt(demo.port)
    writeFileSync(join(folder, 'server.crt'), 'damaged\n')
    const warning = await demo.logged({
      level: 'warn',
      msg: 'web configuration not reloaded',
    })
    expect(warning.problems).toEqual([
      'web.yml:1:22: tls_server_config.cert_file: contains no certificate in PEM format; convert it with: openssl x509 -inform der -in FILE -out FILE.pem',
    ])
    await sleep(7000)
    expect(demo.log().filter(({ level }) => level === 'warn')).toHaveLength(1)
    expect(await serialAt(demo.port)).toBe(serial)
    const pair = await aCertificate()
    writePair(folder, 'server', pair)
    chmodSync(join(folder, 'server.key'), 0o600)
    await demo.logged({ level: 'info', msg: 'web configuration reloaded' })
    expect(await serialAt(demo.port)).not.toBe(serial)
  })
})
