import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hash } from 'bcryptjs'
import { generate } from 'selfsigned'
import { Agent } from 'undici'
import { tls13Suites } from '../../src/server/web-config/tls-names.ts'
import { getBody, ONCE_SECONDS, settingsFor, startMeasuredExporter, untilRefreshed } from './exporter.ts'
import { makeResponses, startWolkvox } from './fake-wolkvox.ts'
import { type BenchOptions, type Figure, formatAgents, ratios, type Size, type Target } from './figure.ts'
import { runWrk } from './load.ts'
import { startNginx } from './nginx.ts'
import { type Defer, makeFolder, withCleanup } from './setup.ts'

const SIZES: readonly Size[] = [500, 5000]
const TARGET: Target = { bound: 'at least', value: 0.8, of: 'median' }

// As many as in the benchmark without TLS.
const CONNECTIONS = 10
const WARM_UP_SECONDS = 6

const USER = 'scraper'
const PASSWORD = 'bench-password'
const AUTHORIZATION = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`

// A usual cost. The exporter verifies the password once and remembers it.
const BCRYPT_COST = 10

/**
 * Scrapes per second over TLS with basic authentication, on kept connections as Prometheus has them, compared with nginx with the
 * same bytes, certificate and cipher.
 *
 * nginx verifies the password for each request. Its target is the cheapest way that it has, `{PLAIN}`: a comparison of two texts.
 * The row below shows nginx with a hash as `htpasswd` writes it.
 */
export async function measureTlsScrapes(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of SIZES) {
    options.print(`scrapes per second over TLS with a password, ${formatAgents(size)} agents`)
    figures.push(...(await withCleanup((defer) => measureSize(size, options, defer))))
  }
  return figures
}

async function measureSize(size: Size, options: BenchOptions, defer: Defer): Promise<Figure[]> {
  const servers = await startServers(size, defer)
  const turns = ['exporter', 'nginx', 'nginxWithHash'] as const
  const perSecond: Record<(typeof turns)[number], number[]> = { exporter: [], nginx: [], nginxWithHash: [] }
  const load = {
    connections: CONNECTIONS,
    seconds: options.seconds,
    headers: { Authorization: AUTHORIZATION },
  }
  for (const turn of turns) await runWrk(servers[turn], { ...load, seconds: WARM_UP_SECONDS })
  for (let round = 0; round < options.rounds; round += 1) {
    // Alternate the order, so that none always runs first.
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
      const { requests, seconds } = await runWrk(servers[turn], load)
      perSecond[turn].push(requests / seconds)
    }
  }
  const { exporter, nginx, nginxWithHash } = perSecond
  const at = formatAgents(size)
  return [
    {
      what: 'scrapes/s over TLS with a password against nginx',
      at,
      unit: '×',
      values: ratios(exporter, nginx),
      target: TARGET,
    },
    { what: 'of the exporter over TLS', at, unit: '/s', values: exporter },
    { what: 'of nginx over TLS with `{PLAIN}`', at, unit: '/s', values: nginx },
    { what: 'of nginx over TLS with `$apr1$`', at, unit: '/s', values: nginxWithHash },
  ]
}

/** Starts the exporter, and nginx with its bytes: the URLs. @throws if they send different bytes */
async function startServers(size: Size, defer: Defer) {
  const folder = makeFolder(defer)
  const certificate = join(folder, 'server.crt')
  const key = join(folder, 'server.key')
  const pair = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  })
  await writeFile(certificate, pair.cert)
  await writeFile(key, pair.private, { mode: 0o600 })
  const webConfig = join(folder, 'web.yml')
  await writeFile(
    webConfig,
    `tls_server_config:\n  cert_file: ${certificate}\n  key_file: ${key}\n` +
      `basic_auth_users:\n  ${USER}: ${await hash(PASSWORD, BCRYPT_COST)}\n`,
  )

  const wolkvox = await startWolkvox(makeResponses(size), defer)
  const exporter = await startMeasuredExporter(settingsFor(wolkvox, ONCE_SECONDS), makeFolder(defer), defer, {
    flags: [`--web.config.file=${webConfig}`],
  })
  await untilRefreshed(exporter)
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
  defer(() => dispatcher.destroy())
  const scrape = { dispatcher, headers: { authorization: AUTHORIZATION } }
  const body = await getBody(exporter.listening, scrape)

  const passwords = { plain: `{PLAIN}${PASSWORD}`, hashed: APR1 }
  const startOne = async (name: keyof typeof passwords) => {
    const ownFolder = makeFolder(defer)
    const file = join(ownFolder, 'passwords')
    await writeFile(file, `${USER}:${passwords[name]}\n`)
    const tls = `
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    ssl_conf_command Ciphersuites ${tls13Suites.join(':')};
    auth_basic "metrics";
    auth_basic_user_file ${file};`
    const url = await startNginx(body, 1, ownFolder, defer, { tls, scrape })
    if (!(await getBody(url, scrape)).gzip.equals(body.gzip)) throw new Error('nginx sends different bytes')
    return url
  }
  return {
    exporter: exporter.listening,
    nginx: await startOne('plain'),
    nginxWithHash: await startOne('hashed'),
  }
}

// The password, with the hash of `openssl passwd -apr1`.
const APR1 = '$apr1$benchslt$5HljPJ7G3cYBgmBTcGjbR0'
