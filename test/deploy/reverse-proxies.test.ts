import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../tools/eventually.ts'
import { anEnvelope, aRecord } from '../../tools/fixtures.ts'
import { freePort } from '../../tools/free-port.ts'
import { answerWith, serveHttp } from '../support/loopback-server.ts'
import { pageAt } from '../support/pages.ts'
import { startExporterProcess } from '../support/programs/exporter.ts'
import { startProgram } from '../support/programs/program.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const account = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token-of-an-account' }
const credentials = { user: 'prometheus', password: 'test-password' }

/** The configuration examples of a language in the documentation, in their order. */
function examplesOf(language: string): string[] {
  const blocks = pageAt('docs/security.md').text.matchAll(/^```(\w+)\n(.*?)^```$/gms)
  return [...blocks].filter(([, name]) => name === language).map(([, , block = '']) => block)
}

/** Replaces each text, which has to be there. */
function replaceAll(example: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((text, [from, to]) => {
    expect(text).toContain(from)
    return text.replaceAll(from, to)
  }, example)
}

function makeCertificate(folder: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(folder, 'proxy.crt'), join(folder, 'proxy.key')]
  const subject = ['-subj', '/CN=exporter.example.com', '-addext', 'subjectAltName=DNS:exporter.example.com']
  const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']
  execFileSync('openssl', ['req', '-x509', ...options, ...subject, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  })
  return { cert, key }
}

/** Requests a path through the TLS proxy. @returns the status and the body */
function get(port: number, path: string, authorization = '') {
  const options = {
    host: '127.0.0.1',
    port,
    path,
    servername: 'exporter.example.com',
    headers: { host: 'exporter.example.com', authorization },
    rejectUnauthorized: false,
    agent: false,
  } as const
  return new Promise<{ readonly status: number | undefined; readonly body: string }>((resolve, reject) => {
    request(options, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
      .on('error', reject)
      .end()
  })
}

const basic = `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`

/** Whether something listens, even if it refuses the request. */
const isListening = (port: number) =>
  get(port, '/').then(
    () => true,
    () => undefined,
  )

/** Checks that the exporter is reachable under the prefix, with the password only, and that its links stay below it. */
async function expectExporterBehind(port: number): Promise<void> {
  expect((await get(port, '/wolkvox/metrics')).status).toBe(401)
  expect((await get(port, '/wolkvox/metrics', `${basic}x`)).status).toBe(401)
  const metrics = await get(port, '/wolkvox/metrics', basic)
  expect(metrics.status).toBe(200)
  expect(metrics.body).toContain('wolkvox_agent_calls{operation="0042"')
  const page = await get(port, '/wolkvox/', basic)
  expect(page.status).toBe(200)
  // The icon is in the page: its link is a data URL.
  const links = [...page.body.matchAll(/href="(?!data:)([^"#]+)"/g)].map((match) => match[1] ?? '')
  expect(links).toContain('./metrics')
  for (const link of links) {
    const { pathname } = new URL(link, 'https://exporter.example.com/wolkvox/')
    expect((await get(port, pathname, basic)).status, link).toBe(200)
  }
}

async function startExporter() {
  const wolkvox = await serveHttp(answerWith(anEnvelope([aRecord()])))
  const exporter = await startExporterProcess({ ...account, WOLKVOX_BASE_URL: wolkvox })
  await eventually('first refresh', async () => (await fetch(`${exporter.url}/-/ready`)).ok || undefined)
  return new URL(exporter.url).host
}

/** Starts nginx with the contents of its `http` block. */
function startNginx(folder: string, http: string): void {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join(' ')
  const main = `daemon off; pid ${join(folder, 'nginx.pid')}; error_log stderr; ${process.getuid?.() === 0 ? 'user root;' : ''}`
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, `${main}\nevents {}\nhttp { access_log off; ${temporary}\n${http}\n}\n`)
  // Its workers end with it: a single process is killed by its id.
  startProgram('nginx', ['-e', 'stderr', '-c', file, '-g', 'master_process off;'])
}

describe.skipIf(!haveTools('nginx', 'openssl'))('the nginx examples', () => {
  it('serve the exporter over TLS, with a password, below a path prefix', async () => {
    const folder = temporaryFolder()
    const { cert, key } = makeCertificate(folder)
    const users = join(folder, 'htpasswd')
    writeFileSync(users, `${credentials.user}:{PLAIN}${credentials.password}\n`)
    const port = await freePort()
    const [example = ''] = examplesOf('nginx')
    const exporter = await startExporter()
    startNginx(
      folder,
      replaceAll(example, {
        'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
        '/etc/nginx/exporter.crt': cert,
        '/etc/nginx/exporter.key': key,
        '/etc/nginx/exporter.htpasswd': users,
        '127.0.0.1:9989': exporter,
      }),
    )
    await eventually('nginx', () => isListening(port))
    await expectExporterBehind(port)
  })

  it.each([
    ['passes on wolkvox_server', 'underscores_in_headers on;', ['0042']],
    ['drops wolkvox_server without underscores_in_headers', '', [undefined]],
  ])('between the exporter and wolkvox: %s', async (_title, setting, expected) => {
    const received: (string | string[] | undefined)[] = []
    const tokens: (string | string[] | undefined)[] = []
    const wolkvox = await serveHttp((incoming, response) => {
      received.push(incoming.headers.wolkvox_server)
      tokens.push(incoming.headers['wolkvox-token'])
      answerWith(anEnvelope([aRecord()]))(incoming, response)
    })
    const port = await freePort()
    const [, example = ''] = examplesOf('nginx')
    const changed = replaceAll(example, {
      'underscores_in_headers on;': setting,
      '127.0.0.1:8042': `127.0.0.1:${port}`,
      'https://wv0042.wolkvox.com': wolkvox,
    })
    startNginx(temporaryFolder(), changed.replace(/^http \{\n|^\}\n?$/gm, ''))
    await startExporterProcess({ ...account, WOLKVOX_BASE_URL: `http://127.0.0.1:${port}` })
    await eventually('a call', () => (received.length > 0 ? true : undefined))
    expect(received).toEqual(expected)
    expect(tokens).toEqual([account.WOLKVOX_TOKEN])
  })
})

describe.skipIf(!haveTools('caddy', 'openssl'))('the Caddy example', () => {
  it('serves the exporter over TLS, with a password, below a path prefix', async () => {
    const folder = temporaryFolder()
    const { cert, key } = makeCertificate(folder)
    const hash = execFileSync('caddy', ['hash-password', '--plaintext', credentials.password]).toString()
    const port = await freePort()
    const [example = ''] = examplesOf('caddyfile')
    const site = replaceAll(example, {
      'exporter.example.com {': `https://exporter.example.com:${port} {\n  bind 127.0.0.1\n  tls ${cert} ${key}`,
      'prometheus HASH': `${credentials.user} ${hash.trim()}`,
      '127.0.0.1:9989': await startExporter(),
    })
    const file = join(folder, 'Caddyfile')
    writeFileSync(file, `{\n  admin off\n  auto_https off\n}\n${site}`)
    startProgram('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], { HOME: folder })
    await eventually('Caddy', () => isListening(port))
    await expectExporterBehind(port)
  })
})
