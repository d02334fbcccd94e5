import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { buffer, text } from 'node:stream/consumers'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { sendInput } from '../../support/programs/program.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

type Headers = Readonly<Record<string, string>>

/** An external program that reads the metrics. */
export interface Reader {
  readonly name: string
  /** Required programs. */
  readonly tools: readonly string[]
  /** Whether it sends the headers it is given; a browser sends its own. */
  readonly takesHeaders: boolean
  /** @returns the text as the program reads it */
  read(url: string, headers: Headers): Promise<string>
}

export const readers: readonly Reader[] = [
  {
    name: 'curl',
    tools: ['curl'],
    takesHeaders: true,
    read: (url, headers) => curl(url, headers, []),
  },
  {
    name: 'curl --compressed',
    tools: ['curl'],
    takesHeaders: true,
    read: (url, headers) => curl(url, headers, ['--compressed']),
  },
  {
    name: 'Python, with gzip',
    tools: ['python3'],
    takesHeaders: true,
    read: async (url, headers) =>
      String(await readProgram('python3', ['-c', PYTHON, url, JSON.stringify(headers)])),
  },
  {
    name: 'zcat, after gzip -t',
    tools: ['gzip', 'zcat'],
    takesHeaders: true,
    async read(url, headers) {
      const { body } = await getRaw(url, { ...headers, 'accept-encoding': 'gzip' })
      await readProgram('gzip', ['-t'], body)
      return String(await readProgram('zcat', [], body))
    },
  },
  {
    name: "Node's fetch",
    tools: [],
    takesHeaders: true,
    read: async (url, headers) => (await fetch(url, { headers })).text(),
  },
  {
    name: "Node's http, uncompressed",
    tools: [],
    takesHeaders: true,
    read: async (url, headers) => String((await getRaw(url, headers)).body),
  },
  { name: 'Chromium', tools: ['chromium'], takesHeaders: false, read: readInChromium },
]

/** The body on the wire, in any encoding. */
export async function getRaw(url: string, headers: Headers) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on('error', reject)
  })
  return { headers: response.headers, body: await buffer(response) }
}

/** The standard output of a program in bytes. @throws if its exit code is not 0 */
export async function readProgram(
  command: string,
  args: readonly string[],
  input: string | Uint8Array = '',
): Promise<Buffer> {
  const child = spawn(command, args, { env: { PATH: process.env.PATH } })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const ended = once(child, 'close')
  sendInput(child, input)
  const [printed, complaint] = await Promise.all([buffer(child.stdout), text(child.stderr)])
  const [code] = await ended
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${complaint}`)
  return printed
}

async function curl(url: string, headers: Headers, options: readonly string[]): Promise<string> {
  const given = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
  return String(await readProgram('curl', ['--silent', '--show-error', '--fail', ...options, ...given, url]))
}

const PYTHON = `
import gzip, json, sys, urllib.request
headers = {**json.loads(sys.argv[2]), 'Accept-Encoding': 'gzip'}
with urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers=headers)) as response:
    assert response.headers['Content-Encoding'] == 'gzip'
    sys.stdout.buffer.write(gzip.decompress(response.read()))
`

// No sandbox, which containers forbid, no earlier state, and no background requests.
const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The text that Chromium displays: the only `pre` of its document. */
async function readInChromium(url: string): Promise<string> {
  const html = await readProgram('chromium', [
    ...CHROMIUM_FLAGS,
    `--user-data-dir=${temporaryFolder()}`,
    '--dump-dom',
    url,
  ])
  const match = /<pre[^>]*>([^<]*)<\/pre>/.exec(String(html))
  if (match?.[1] === undefined)
    throw new Error(`unexpected document in Chromium: ${String(html).slice(0, 500)}`)
  return match[1].replace(/&(?:amp|lt|gt|nbsp);/g, (entity) => ENTITIES[entity] ?? entity)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&nbsp;': '\u00a0',
}
