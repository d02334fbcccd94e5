import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listenOnLoopback } from '../../support/loopback-server.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { runProcess, startProcess } from '../../support/programs/exporter-process.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// Shares no part with the token, or the redactor would find the token in its base64.
const USER = 'someone'
const PASSWORD = 'test:w/rd@27%x'

/** The forms in which the password may not appear. */
const FORMS: Readonly<Record<string, string>> = {
  raw: PASSWORD,
  'percent-encoded': encodeURIComponent(PASSWORD),
  'percent-encoded in lower case': encodeURIComponent(PASSWORD).toLowerCase(),
  'in base64': Buffer.from(PASSWORD).toString('base64').replace(/=+$/, ''),
  'with the user in base64': Buffer.from(`${USER}:${PASSWORD}`).toString('base64'),
}

/** A proxy that refuses each request, and repeats what it received wherever it can. */
async function startRefusing(status: number) {
  const server = createServer((request, response) => {
    const echo = request.headers['proxy-authorization'] ?? ''
    response.writeHead(status, { 'content-type': 'text/html', 'x-echo': String(echo) })
    response.end(`<title>${echo} ${encodeURIComponent(PASSWORD)}</title>${PASSWORD}`)
  })
  const sockets = new Set<Socket>()
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    sockets.add(client.on('error', () => {}))
    const echo = request.headers['proxy-authorization']
    client.end(
      `HTTP/1.1 ${status} ${echo}\r\nX-Echo: ${echo}\r\nProxy-Authenticate: Basic realm="${echo}"\r\n\r\n`,
    )
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  return (await listenOnLoopback(server, 'http')).replace('http://', '')
}

function expectNoPassword(texts: Readonly<Record<string, string>>): void {
  for (const [output, text] of Object.entries(texts)) {
    for (const [form, secret] of Object.entries(FORMS)) {
      expect(text.includes(secret), `the password ${form} in ${output}`).toBe(false)
    }
  }
}

function filesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

// A proxy that passes the password on is among the cases of `test/integration/secrets.test.ts`.
describe('the password of a proxy that refuses', () => {
  it.each<[string, string, number, string]>([
    ['a relay refuses it', 'http://wolkvox.example', 407, 'refresh failed'],
    ['the proxy refuses it for a tunnel', 'https://wolkvox.example', 407, 'refresh failed'],
    ['the proxy allows no tunnel', 'https://wolkvox.example', 403, 'refresh failed'],
    ['the proxy cannot reach wolkvox', 'https://wolkvox.example', 503, 'call failed; retrying'],
  ])('is in no output when %s', async (_what, baseUrl, status, event) => {
    const proxy = `http://${USER}:${encodeURIComponent(PASSWORD)}@${await startRefusing(status)}`
    const environment = {
      WOLKVOX_SERVER: '0042',
      WOLKVOX_TOKEN: 'test-token-1',
      WOLKVOX_BASE_URL: baseUrl,
      ALL_PROXY: proxy,
    }
    const storage = temporaryFolder()
    const flags = ['--web.listen-address=127.0.0.1:0', `--storage.path=${storage}`, '--log.level=trace']
    const exporter = startProcess(['serve', ...flags], environment)
    await exporter.logged({ msg: event })
    expect(await exporter.logged({ msg: 'using proxy' })).toMatchObject({
      proxy: `http://${new URL(proxy).host} (ALL_PROXY)`,
    })
    const url = await exporter.url()
    const pages = await Promise.all(
      ['/metrics', '/', '/-/healthy', '/-/ready'].map(async (path) => (await fetch(url + path)).text()),
    )
    const checked = await runProcess(['check-config', ...flags], environment)
    expect(checked.code).toBe(0)
    expect(checked.stdout).toContain(`  proxy: http://${new URL(proxy).host} (ALL_PROXY)`)
    await exporter.endBy('SIGTERM')
    expectNoPassword({
      ...exporter.output,
      pages: pages.join('\n'),
      'check-config': checked.stdout + checked.stderr,
      'storage files': filesIn(storage),
    })
  })

  it('is in no message about a wrong URL', async () => {
    const wrong = [
      `http://${USER}:${PASSWORD}@proxy:3128`,
      `ftp://${USER}:${encodeURIComponent(PASSWORD)}@proxy:1`,
    ]
    for (const url of wrong) {
      for (const command of ['serve', 'check-config']) {
        const environment = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token-1', HTTPS_PROXY: url }
        const { code, stdout, stderr } = await runProcess([command, '--storage.path='], environment)
        expect(code).toBe(2)
        expect(stderr).toMatch(/^wolkvox-exporter: HTTPS_PROXY: must be http:\/\/host:port/)
        expectNoPassword({ stdout, stderr })
      }
    }
  })
})
