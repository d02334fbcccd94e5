import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { failureReasons } from '../../src/wolkvox/failure.ts'
import { eventually } from '../../tools/eventually.ts'
import { anEnvelope, aRecord } from '../../tools/fixtures.ts'
import { listenOnLoopback } from '../support/loopback-server.ts'
import { hashOf } from '../support/passwords.ts'
import { runProcess, startProcess } from '../support/programs/exporter-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A secret of the exporter, with the settings that contain it. */
interface SecretCase {
  readonly name: string
  readonly value: string
  /**
   * @param server URL of the hostile server, which also is the proxy
   * @param folder for files that the variables name
   */
  readonly environment?: (value: string, server: string, folder: string) => Readonly<Record<string, string>>
  /** @param folder for files that the flags name */
  readonly flags?: (value: string, folder: string) => readonly string[]
  /** Headers of each request to the exporter. */
  readonly headers?: (value: string) => Readonly<Record<string, string>>
}

const user = { name: 'someone', password: 'test-user+password=2' }

/** Every secret. A new one is one line: the hostile server below repeats it, and all outputs are searched for it. */
const secrets: readonly [SecretCase, ...SecretCase[]] = [
  { name: 'the token', value: 'test-token+of/secrets=1', environment: (value) => ({ WOLKVOX_TOKEN: value }) },
  {
    name: 'the password of the proxy',
    value: 'test-proxy+pass/word=3',
    environment: (value, server) => ({
      WOLKVOX_PROXY_URL: server.replace('//', `//someone:${encodeURIComponent(value)}@`),
    }),
  },
  {
    name: 'the key of the pseudonyms',
    value: 'test-hash+key/of-agents=4',
    environment: (value, _server, folder) => ({
      WOLKVOX_AGENT_NAME: 'hash',
      WOLKVOX_HASH_KEY_FILE: keyFile(value, folder),
    }),
  },
  {
    name: 'the password of a user',
    value: user.password,
    headers: (value) => ({ authorization: basic(user.name, value) }),
  },
  {
    name: 'the hash of this password',
    value: await hashOf(user.password),
    flags: (value, folder) => [webConfig(value, folder)],
  },
]

function keyFile(key: string, folder: string): string {
  const path = join(folder, 'hash-key')
  writeFileSync(path, key)
  return path
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}

function webConfig(hash: string, folder: string): string {
  const path = join(folder, 'web.yml')
  writeFileSync(path, `basic_auth_users: { ${user.name}: ${hash} }\n`, { mode: 0o600 })
  return `--web.config.file=${path}`
}

/** The base64 of a text behind some bytes, without the characters that also depend on what is before and behind it. */
const base64Behind = (before: number, encoding: 'base64' | 'base64url') => (value: string) => {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)])
  return bytes.toString(encoding).slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
}

/** In which a secret could appear. */
const forms: Readonly<Record<string, (value: string) => string>> = {
  raw: (value) => value,
  'as in JSON': (value) => JSON.stringify(value).slice(1, -1),
  'URL-encoded': encodeURIComponent,
  'in base64': base64Behind(0, 'base64'),
  'in base64url': base64Behind(0, 'base64url'),
  // A part of `user:password`.
  'in base64 behind one byte': base64Behind(1, 'base64'),
  'in base64 behind two bytes': base64Behind(2, 'base64'),
}

/** What a hostile server answers: everything that it received, in places that the exporter quotes. */
const answers: readonly ((text: string) => readonly [status: number, body: string])[] = [
  (text) => [
    200,
    anEnvelope([
      aRecord({ agent_id: text }),
      aRecord({ agent_name: text }),
      aRecord({ agent_id: '2' }),
      aRecord({ agent_id: `3-Ana ${text}`, agent_name: '' }),
    ]),
  ],
  (text) => [200, `<html><title>${text}</title>`],
  (text) => [403, JSON.stringify({ code: 403, msg: text })],
  (text) => [200, JSON.stringify({ code: text, msg: 'refused' })],
  (text) => [200, JSON.stringify({ [text]: 1 })],
  (text) => [200, `PHP Warning: Undefined index: ${text} in x.php`],
  (text) => [500, text],
  (text) => [302, text],
]

/** Starts a server that repeats the secrets in all forms. */
async function hostileServer(): Promise<string> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const received = Object.values(request.headers).join(' ')
    const all = [received, ...secrets.flatMap(({ value }) => Object.values(forms).map((form) => form(value)))]
    const answer = answers[requests % answers.length] ?? (() => [500, ''] as const)
    // One form at a time: a text that contains several could be withheld for another one.
    const [status, body] = answer(all[Math.floor(requests / answers.length) % all.length] ?? '')
    requests += 1
    response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' }).end(body)
  })
  let requests = 0
  return listenOnLoopback(server, 'http')
}

/** Everything that an exporter puts out while a hostile server answers it, by where. */
async function collectOutputs(): Promise<Readonly<Record<string, string>>> {
  const folder = temporaryFolder()
  const server = await hostileServer()
  const environment: Record<string, string> = {
    WOLKVOX_SERVER: '0042',
    WOLKVOX_BASE_URL: server,
    WOLKVOX_REPORTS: 'agents,token_info',
    WOLKVOX_REFRESH_INTERVAL: '1s',
    WOLKVOX_TIMEOUT: '1s',
  }
  const flags = ['--web.listen-address=127.0.0.1:0', '--log.level=trace', `--storage.path=${folder}`]
  const others = temporaryFolder()
  const credentials: Record<string, string> = {}
  for (const { value, ...secret } of secrets) {
    Object.assign(environment, secret.environment?.(value, server, others))
    flags.push(...(secret.flags?.(value, others) ?? []))
    Object.assign(credentials, secret.headers?.(value))
  }
  const program = startProcess(flags, environment)
  const url = await program.url()
  const fetchText = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}${path}`, { headers: { ...credentials, ...headers } })
    return `${JSON.stringify([...response.headers])}\n${await response.text()}`
  }
  const pages: string[][] = []
  // Each answer in each form, for two reports.
  await eventually(
    'every answer',
    async () => {
      pages.push([
        await fetchText('/'),
        await fetchText('/', { 'accept-language': 'es' }),
        await fetchText('/metrics'),
        await fetchText('/metrics', { accept: 'application/openmetrics-text;version=1.0.0' }),
        await fetchText(`/${secrets.map(({ value }) => encodeURIComponent(value)).join('/')}`),
        await fetchText('/metrics', { authorization: basic(user.name, `${user.password}x`) }),
      ])
      const refreshes = program.log().filter(({ msg }) => /^(refresh|data)/.test(String(msg))).length
      return refreshes > answers.length * 8 || undefined
    },
    60_000,
  )
  await program.endBy('SIGTERM')
  const column = (index: number) => pages.map((page) => page[index]).join('\n')
  const checked = await runProcess(['check-config', ...flags], environment)
  const [{ value: first }] = secrets
  const wrong = await runProcess(['check-config', ...flags], {
    ...environment,
    WOLKVOX_OPERATION: secrets.map(({ value }) => value).join(' '),
    WOLKVOX_LICENSES: first,
    WOLKVOX_BASE_URL: `https://user:${encodeURIComponent(first)}@example.com`,
    WOLKVOX_TOKEN: `"${first}"`,
  })
  return {
    'the log at trace': program.output.stderr,
    'standard output': program.output.stdout,
    'the status page': column(0),
    'the status page in Spanish': column(1),
    'the metrics': column(2),
    'the metrics in OpenMetrics': column(3),
    'the answer to a wrong path': column(4),
    'the answer to a wrong password': column(5),
    'the stored files': readdirSync(folder)
      .map((name) => `${name}\n${readFileSync(join(folder, name), 'latin1')}`)
      .join('\n'),
    'check-config': checked.stdout + checked.stderr,
    'check-config with wrong settings': wrong.stdout + wrong.stderr,
  }
}

it('no secret is in any output, in any form', async () => {
  const outputs = await collectOutputs()
  const found = secrets.flatMap(({ name, value }) =>
    Object.entries(outputs).flatMap(([where, output]) =>
      Object.entries(forms).flatMap(([form, write]) =>
        output.includes(write(value)) ? [`${name} is in ${where}, ${form}`] : [],
      ),
    ),
  )
  expect(found).toEqual([])
  // The search was through something: `serve` prints nothing, but everything else has text, and the server has caused failures.
  expect(Object.keys(outputs).filter((where) => outputs[where] === '')).toEqual(['standard output'])
  const log = outputs['the log at trace'] ?? ''
  const reasons = failureReasons.filter((reason) => log.includes(`"reason":"${reason}"`))
  expect(reasons).toEqual(['proxy', 'http_error', 'redirect', 'malformed', 'forbidden'])
}, 120_000)
