import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, get, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { simulatorDefaults, startSimulator } from '../../src/simulator/simulator.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const FREE_PORT = '--web.listen-address=127.0.0.1:0'
const ACCOUNT = { WOLKVOX_SERVER: simulatorDefaults.server, WOLKVOX_TOKEN: 'test-token-of-main' }

// What the contract promises after SIGTERM and SIGINT.
const ENDS_WITHIN_MS = 5000

const toStop: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(toStop.splice(0).map((stop) => stop()))
})

type LogLine = Readonly<Record<string, unknown>>

/** Starts the program; whatever still runs when the test is over is killed, by its own pid. */
function start(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  // What it keeps across restarts must not reach another test.
  const cwd = mkdtempSync(join(tmpdir(), 'wolkvox-exporter-'))
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  toStop.push(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await closed
    rmSync(cwd, { recursive: true })
  })

  const log = (): LogLine[] =>
    output.stderr
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  /** The first line of the log that holds these facts, once it is there. */
  const logged = (facts: LogLine): Promise<LogLine> =>
    vi.waitFor(
      () => {
        const line = log().find((each) => Object.entries(facts).every(([key, value]) => each[key] === value))
        if (line === undefined) throw new Error(`not logged yet: ${JSON.stringify(facts)}\n${output.stderr}`)
        return line
      },
      { timeout: 15_000, interval: 20 },
    )
  return {
    output,
    log,
    logged,
    /** Ends the reader of one of its streams, as `head` does. */
    stopReading: (stream: 'stdout' | 'stderr') => child[stream]?.destroy(),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    ended: async () => {
      const [code, signal] = await closed
      return { code, signal }
    },
    /** Where it listens, without the path of the metrics. */
    url: async () => String((await logged({ msg: 'listening' })).url).replace(/\/metrics$/, ''),
  }
}

async function runToEnd(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const program = start(argv, environment)
  const { code } = await program.ended()
  return { code, ...program.output }
}

async function endBy(program: ReturnType<typeof start>, signal: NodeJS.Signals) {
  const from = performance.now()
  program.kill(signal)
  const ending = await program.ended()
  return { ...ending, inTime: performance.now() - from < ENDS_WITHIN_MS }
}

const ENDED_WELL = { code: 0, signal: null, inTime: true }

/** A program on a port of its own that answers as told, or never. */
async function serverOf(listener: RequestListener = () => {}) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  toStop.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { server, port, url: `http://127.0.0.1:${port}` }
}

async function deadPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function wolkvox() {
  const simulator = await startSimulator({
    ...simulatorDefaults,
    port: 0,
    agents: 5,
    token: ACCOUNT.WOLKVOX_TOKEN,
  })
  toStop.push(() => simulator.close())
  return simulator
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'wolkvox-exporter-'))
  toStop.push(() => rmSync(path, { recursive: true }))
  return path
}

async function page(url: string) {
  const response = await fetch(url)
  return { status: response.status, text: await response.text() }
}

describe('the exit code', () => {
  it.each([
    ['0', 'of --help', ['--help'], {}],
    ['0', 'of --version', ['--version'], {}],
    ['0', 'of a good configuration', ['check-config', FREE_PORT], ACCOUNT],
    ['2', 'of a bad configuration', ['check-config'], { WOLKVOX_SERVER: '?' }],
    ['2', 'when nothing is set', [], {}],
    ['2', 'of a malformed token', ['serve', FREE_PORT], { ...ACCOUNT, WOLKVOX_TOKEN: 'two words' }],
    ['2', 'of an unknown command', ['sreve'], ACCOUNT],
    ['2', 'of two commands', ['serve', 'demo'], ACCOUNT],
    ['2', 'of an unknown flag', ['--nonsense'], ACCOUNT],
    ['2', 'of a wrong flag', ['--web.listen-address=9989'], ACCOUNT],
    ['2', "of a simulator's flag for serve", ['serve', '--simulator.agents=5'], ACCOUNT],
    ['2', 'of what is not supported yet', ['--config.file=wolkvox.yml'], ACCOUNT],
    ['2', 'of a wrong flag for demo', ['demo', '--simulator.agents=many'], {}],
    ['2', 'of a wrong flag for simulate', ['simulate', '--simulator.start=noon'], {}],
  ])('is %s %s', async (code, _, argv, environment) => {
    const { code: ended, stdout, stderr } = await runToEnd(argv, environment)
    expect(String(ended)).toBe(code)
    if (code === '0') {
      expect([stdout === '', stderr]).toEqual([false, ''])
    } else {
      expect(stdout).toBe('')
      const lines = stderr.split('\n').slice(0, -1)
      expect(lines).not.toEqual([])
      expect(lines.filter((line) => !/^wolkvox-exporter: \S/.test(line))).toEqual([])
      expect(stderr).not.toContain('two words')
    }
  })

  it('is 1 when the port is in use, with one line of advice and no stack', async () => {
    const { port } = await serverOf()
    const { code, stdout, stderr } = await runToEnd([`--web.listen-address=127.0.0.1:${port}`], ACCOUNT)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      `wolkvox-exporter: cannot listen on 127.0.0.1:${port} (EADDRINUSE): another program listens there; ` +
        'stop it, or choose another port with --web.listen-address\n',
    )
  })

  it.each([
    ['demo', '--web.listen-address'],
    ['demo', '--simulator.listen-address'],
    ['simulate', '--simulator.listen-address'],
  ])('is 1 when the port that %s was given with %s is in use, and names that flag', async (command, flag) => {
    const { port } = await serverOf()
    const others = flag === '--web.listen-address' || command === 'simulate' ? [] : [FREE_PORT]
    const { code, stdout, stderr } = await runToEnd([command, `${flag}=127.0.0.1:${port}`, ...others])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(
      new RegExp(
        `^wolkvox-exporter: cannot listen on 127\\.0\\.0\\.1:${port} \\(EADDRINUSE\\): .*${flag}\n$`,
      ),
    )
  })
})

describe('two exporters on one storage folder', () => {
  it('end the second with exit code 1 and one line, until the first has ended', async () => {
    const { url } = await wolkvox()
    const argv = [FREE_PORT, `--storage.path=${folder()}`]
    const environment = { ...ACCOUNT, WOLKVOX_BASE_URL: url }
    const first = start(argv, environment)
    await first.logged({ msg: 'refreshed' })
    const second = await runToEnd(argv, environment)
    expect(second.code).toBe(1)
    expect(second.stderr.split('\n').filter((line) => !line.startsWith('{'))).toEqual([
      expect.stringMatching(
        /^wolkvox-exporter: another exporter uses \S+\.lock for the operation 0000; stop it, or choose another folder with --storage\.path$/,
      ),
      '',
    ])
    first.kill('SIGKILL')
    await first.ended()
    const third = start(argv, environment)
    await third.logged({ msg: 'listening' })
    expect(await endBy(third, 'SIGTERM')).toEqual(ENDED_WELL)
  })
})

describe('healthcheck', () => {
  it('finds a running exporter well, and one that has ended ill', async () => {
    const exporter = start(['demo', FREE_PORT, '--simulator.agents=1'])
    const address = `--web.listen-address=${new URL(await exporter.url()).host}`
    expect(await runToEnd(['healthcheck', address])).toEqual({ code: 0, stdout: 'healthy\n', stderr: '' })
    await endBy(exporter, 'SIGTERM')
    const { code, stdout, stderr } = await runToEnd(['healthcheck', address])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^wolkvox-exporter: \S+ does not answer \(.+\)\n$/)
  })
})

describe('demo', () => {
  it('shows a contact centre without account, token or network, and says where to look', async () => {
    const program = start(['demo', FREE_PORT, '--simulator.agents=7'])
    const url = await program.url()
    await program.logged({ msg: 'refreshed', operation: 'demo', records: 7 })
    expect((await page(`${url}/-/ready`)).status).toBe(200)
    const { status, text } = await page(`${url}/metrics`)
    expect(status).toBe(200)
    expect(text).toContain('wolkvox_up{operation="demo"} 1\n')
    expect(text.match(/^wolkvox_agent_state\{/gm)).toHaveLength(7)
    expect(program.output.stdout).toContain(`${url}/metrics`)
  })

  it('shows a contact centre without agents, too', async () => {
    const program = start(['demo', FREE_PORT, '--simulator.agents=0'])
    await program.logged({ msg: 'refreshed', operation: 'demo', records: 0 })
  })

  it('is not disturbed by the settings of a real account', async () => {
    const program = start(['demo', FREE_PORT, '--simulator.agents=1'], { ...ACCOUNT, WOLKVOX_TIMEOUT: '?' })
    await program.logged({ msg: 'refreshed', operation: 'demo' })
  })
})

describe('simulate', () => {
  it('says how to point the exporter at it, and the exporter then works', async () => {
    const simulator = start(['simulate', '--simulator.listen-address=127.0.0.1:0', '--simulator.agents=3'])
    const hint = await vi.waitFor(() => {
      const found = /^ *((?:WOLKVOX_\S+ )+)npm start$/m.exec(simulator.output.stdout)?.[1]
      if (found === undefined) throw new Error('nothing is said yet')
      return found
    }, 15_000)
    const environment = Object.fromEntries(
      hint
        .trim()
        .split(' ')
        .map((pair) => pair.split('=')),
    )
    const exporter = start(['serve', FREE_PORT], environment)
    await exporter.logged({ msg: 'refreshed', records: 3 })
  })
})

describe('serve', () => {
  it('is what runs where no command is named', async () => {
    const { url } = await wolkvox()
    const program = start([FREE_PORT], { ...ACCOUNT, WOLKVOX_BASE_URL: url })
    await program.logged({ msg: 'refreshed', records: 5 })
    expect(program.output.stdout).toBe('')
  })

  it('listens on every address it was given and logs each', async () => {
    const { url } = await wolkvox()
    const addresses = [FREE_PORT, FREE_PORT, '--web.telemetry-path=/m']
    const program = start(['serve', ...addresses], { ...ACCOUNT, WOLKVOX_BASE_URL: url })
    await program.logged({ msg: 'refreshed' })
    const urls = program.log().flatMap((line) => (line.msg === 'listening' ? [String(line.url)] : []))
    expect(new Set(urls).size).toBe(2)
    const pages = await Promise.all(urls.map(page))
    expect(pages.map(({ text }) => /^wolkvox_up.*$/m.exec(text)?.[0])).toEqual([
      'wolkvox_up{operation="0000"} 1',
      'wolkvox_up{operation="0000"} 1',
    ])
  })

  it('reads the token from a file', async () => {
    const { url } = await wolkvox()
    const file = join(folder(), 'token')
    writeFileSync(file, `${ACCOUNT.WOLKVOX_TOKEN}\n`)
    const environment = { WOLKVOX_SERVER: ACCOUNT.WOLKVOX_SERVER, WOLKVOX_TOKEN_FILE: file }
    const program = start([FREE_PORT], { ...environment, WOLKVOX_BASE_URL: url })
    await program.logged({ msg: 'refreshed', records: 5 })
  })

  it('logs what deserves a warning', async () => {
    const { url } = await wolkvox()
    const settings = { WOLKVOX_REFRESH_INTERVAL: '1m', WOLKVOX_LICENCES: '5', WOLKVOX_BASE_URL: url }
    const program = start([FREE_PORT], { ...ACCOUNT, ...settings })
    await program.logged({ msg: 'listening' })
    const warnings = program.log().filter(({ level }) => level === 'warn')
    expect(warnings.map(({ msg }) => String(msg).split(':')[0])).toEqual([
      'WOLKVOX_LICENCES',
      'WOLKVOX_REFRESH_INTERVAL',
    ])
  })

  it('serves the metrics at / when asked to', async () => {
    const { url } = await wolkvox()
    const program = start([FREE_PORT, '--web.telemetry-path=/'], { ...ACCOUNT, WOLKVOX_BASE_URL: url })
    await program.logged({ msg: 'refreshed' })
    const { text } = await page(await program.url())
    expect(text).toContain('wolkvox_up{operation="0000"} 1\n')
  })
})

describe('the log', () => {
  it('has a level and a time in each line', async () => {
    const program = start(['demo', FREE_PORT, '--simulator.agents=1'])
    await program.logged({ msg: 'refreshed' })
    for (const { level, time } of program.log()) {
      expect(level).toBe('info')
      expect(new Date(String(time)).toISOString()).toBe(time)
    }
  })

  it('holds nothing below its level', async () => {
    const account = { ...ACCOUNT, WOLKVOX_TOKEN: 'wrong-test-token', WOLKVOX_BASE_URL: (await wolkvox()).url }
    const program = start([FREE_PORT, '--log.level=warn'], account)
    await program.logged({ reason: 'invalid_token' })
    expect(program.log()).toHaveLength(1)
  })

  it.each([['json'], ['pretty']])(
    'costs the line, not the process, when its disk is full: %s',
    async (format) => {
      const { url: baseUrl } = await wolkvox()
      const full = openSync('/dev/full', 'w')
      const child = spawn(
        process.execPath,
        [MAIN, 'serve', `--log.format=${format}`, '--storage.path=', FREE_PORT],
        {
          env: {
            PATH: process.env.PATH,
            ...ACCOUNT,
            WOLKVOX_BASE_URL: baseUrl,
            WOLKVOX_REFRESH_INTERVAL: '1s',
          },
          stdio: ['ignore', 'ignore', full],
        },
      )
      closeSync(full)
      const closed = once(child, 'close')
      toStop.push(() => void child.kill('SIGKILL'))
      await new Promise((resolve) => setTimeout(resolve, 2500))
      expect(child.exitCode).toBeNull()
      child.kill('SIGTERM')
      expect(await closed).toEqual([0, null])
    },
  )

  it('is written for people when asked for', async () => {
    const program = start(['demo', FREE_PORT, '--simulator.agents=1', '--log.format=pretty'])
    await vi.waitFor(() => expect(program.output.stderr).toContain('refreshed'), 15_000)
    const [first = ''] = program.output.stderr.split('\n')
    expect(first).toMatch(
      /^\[\d\d:\d\d:\d\d\] INFO: listening \{"url":"http:\/\/127\.0\.0\.1:\d+\/metrics"\}$/,
    )
  })
})

describe('SIGTERM and SIGINT', () => {
  const signals = ['SIGTERM', 'SIGINT'] as const

  it.each(signals)('%s ends serve with exit code 0', async (signal) => {
    const { url } = await wolkvox()
    const program = start([FREE_PORT], { ...ACCOUNT, WOLKVOX_BASE_URL: url })
    await program.logged({ msg: 'refreshed' })
    expect(await endBy(program, signal)).toEqual(ENDED_WELL)
  })

  it.each(signals)('%s ends demo with exit code 0', async (signal) => {
    const program = start(['demo', FREE_PORT, '--simulator.agents=1'])
    await program.logged({ msg: 'refreshed' })
    expect(await endBy(program, signal)).toEqual(ENDED_WELL)
  })

  it.each(signals)('%s ends simulate with exit code 0', async (signal) => {
    const program = start(['simulate', '--simulator.listen-address=127.0.0.1:0', '--simulator.agents=1'])
    await vi.waitFor(() => expect(program.output.stdout).toContain('Ctrl-C ends it'), 15_000)
    expect(await endBy(program, signal)).toEqual(ENDED_WELL)
    expect(program.output.stderr).toBe('')
  })

  it.each(signals)('%s aborts a fetch that hangs, without a word of failure', async (signal) => {
    const { server, url } = await serverOf()
    const called = once(server, 'request')
    const program = start([FREE_PORT], { ...ACCOUNT, WOLKVOX_BASE_URL: url })
    await called
    await program.logged({ msg: 'listening' })
    expect(await endBy(program, signal)).toEqual(ENDED_WELL)
    expect(program.log().map(({ msg }) => msg)).toEqual(['listening', 'ending'])
  })

  /** A scrape of which nothing is read yet, of a page too large for the buffers in between. */
  async function slowScrape(agent: Agent | false = false) {
    const program = start(['demo', FREE_PORT, '--simulator.agents=10000'])
    const url = await program.url()
    await program.logged({ msg: 'refreshed' })
    const request = get(`${url}/metrics`, { agent })
    toStop.push(() => request.destroy())
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return { program, response }
  }

  it.each([
    ['a connection of its own', () => false as const],
    ['a connection that is kept', () => new Agent({ keepAlive: true })],
  ])('let a scrape under way finish on %s', async (_, agent) => {
    const { program, response } = await slowScrape(agent())
    program.kill('SIGTERM')
    await program.logged({ msg: 'ending' })
    const length = Number(response.headers['content-length'])
    let received = 0
    for await (const chunk of response) received += chunk.length
    expect(received).toBe(length)
    expect(length).toBeGreaterThan(1_000_000)
    expect(await program.ended()).toEqual({ code: 0, signal: null })
  })

  it('do not wait for a scraper that never reads', async () => {
    const { program, response } = await slowScrape()
    response.on('error', () => {}) // The connection is cut, as it should be.
    expect(await endBy(program, 'SIGTERM')).toEqual(ENDED_WELL)
  })
})

describe('SIGHUP', () => {
  it('does not end serve, which says that it cannot reload', async () => {
    const { url: baseUrl } = await wolkvox()
    const program = start(['serve', FREE_PORT], { ...ACCOUNT, WOLKVOX_BASE_URL: baseUrl })
    const url = await program.url()
    program.kill('SIGHUP')
    const line = await program.logged({ level: 'warn' })
    expect(line.msg).toBe('reloading is not supported yet; restart to change the configuration')
    expect((await page(`${url}/-/healthy`)).status).toBe(200)
    expect(await endBy(program, 'SIGTERM')).toEqual(ENDED_WELL)
  })

  it('ends demo, whose terminal was closed', async () => {
    const program = start(['demo', FREE_PORT, '--simulator.agents=1'])
    await program.logged({ msg: 'listening' })
    expect(await endBy(program, 'SIGHUP')).toEqual(ENDED_WELL)
  })

  it('ends simulate, whose terminal was closed', async () => {
    const program = start(['simulate', '--simulator.listen-address=127.0.0.1:0', '--simulator.agents=1'])
    await vi.waitFor(() => expect(program.output.stdout).toContain('Ctrl-C ends it'), 15_000)
    expect(await endBy(program, 'SIGHUP')).toEqual(ENDED_WELL)
  })
})

describe('a reader of its output that ends', () => {
  const simulate = ['simulate', '--simulator.listen-address=127.0.0.1:0', '--simulator.agents=1']
  const demo = ['demo', FREE_PORT, '--simulator.agents=1']

  it.each([
    ['--help', ['--help'], {}, 'stdout', 0],
    ['--version', ['--version'], {}, 'stdout', 0],
    ['check-config', ['check-config', FREE_PORT], ACCOUNT, 'stdout', 0],
    ['check-config', ['check-config', FREE_PORT], {}, 'stderr', 2],
    ['healthcheck', ['healthcheck', '--web.listen-address=127.0.0.1:1'], {}, 'stderr', 1],
    ['serve with a wrong setting', ['serve', FREE_PORT], {}, 'stderr', 2],
    ['simulate', simulate, {}, 'stdout', 0],
    ['demo', demo, {}, 'stdout', 0],
    ['demo', demo, {}, 'stderr', 0],
    ['demo', [...demo, '--log.format=pretty'], {}, 'stderr', 0],
  ] as const)('ends %s %j quietly: %s %s, exit code %i', async (_, argv, environment, stream, code) => {
    const program = start(argv, environment)
    program.stopReading(stream)
    expect(await program.ended()).toEqual({ code, signal: null })
    const { stdout, stderr } = program.output
    expect(stdout + stderr).not.toMatch(/EPIPE|node:|\n\s+at /)
  })

  it.each(['json', 'pretty'])('does not end serve, whose log it read: %s', async (format) => {
    const simulator = await wolkvox()
    const settings = { WOLKVOX_BASE_URL: simulator.url, WOLKVOX_REFRESH_INTERVAL: '1s' }
    const program = start(['serve', FREE_PORT, `--log.format=${format}`], { ...ACCOUNT, ...settings })
    program.stopReading('stderr')
    await vi.waitFor(() => expect(simulator.calls).toBeGreaterThan(2), 20_000)
    expect(await endBy(program, 'SIGTERM')).toEqual(ENDED_WELL)
  })
})

describe('a refresh that fails', () => {
  const echo: RequestListener = ({ headers }, response) => {
    const msg = `Could not validate token ${headers['wolkvox-token']}`
    response
      .writeHead(403, { 'content-type': 'application/json' })
      .end(JSON.stringify({ code: 403, msg, data: null }))
  }
  const cases: [string, string, number, () => Promise<Readonly<Record<string, string>>>][] = [
    [
      'invalid_token',
      'a token that wolkvox does not know',
      0,
      async () => ({ WOLKVOX_TOKEN: 'wrong-test-token', WOLKVOX_BASE_URL: (await wolkvox()).url }),
    ],
    [
      'invalid_token',
      'an answer that repeats the token',
      0,
      async () => ({ WOLKVOX_BASE_URL: (await serverOf(echo)).url }),
    ],
    [
      'connect',
      'a server that is not there',
      2,
      async () => ({ WOLKVOX_BASE_URL: `http://127.0.0.1:${await deadPort()}` }),
    ],
    [
      'timeout',
      'a server that never answers',
      2,
      async () => ({ WOLKVOX_BASE_URL: (await serverOf()).url, WOLKVOX_TIMEOUT: '1s' }),
    ],
  ]

  it.each(cases)(
    'is one warning with the reason %s for %s, after %i retries; metrics stay, the token is nowhere',
    async (...row) => {
      const [reason, , retries, settings] = row
      // The interval is short so that the retries are, yet longer than the test.
      const interval = { WOLKVOX_REFRESH_INTERVAL: '30s' }
      const environment = { ...ACCOUNT, ...interval, ...(await settings()) }
      const program = start(['serve', FREE_PORT, '--log.level=trace'], environment)
      const url = await program.url()
      const line = await program.logged({ level: 'warn', reason })
      expect(line).toEqual({
        level: 'warn',
        time: expect.any(String),
        operation: ACCOUNT.WOLKVOX_SERVER,
        duration_seconds: expect.any(Number),
        reason,
        msg: expect.stringMatching(/^refresh failed: .+; .+$/),
      })

      const metrics = await page(`${url}/metrics`)
      expect(metrics.status).toBe(200)
      expect(metrics.text).toContain('wolkvox_up{operation="0000"} 0\n')
      expect(metrics.text).toContain(
        `wolkvox_refresh_failures_total{operation="0000",reason="${reason}"} 1\n`,
      )
      const landing = await page(url)
      expect(landing.text).toContain(`failed (${reason})`)
      expect((await page(`${url}/-/ready`)).status).toBe(200)

      await endBy(program, 'SIGTERM')
      const reasons = program.log().filter((each) => each.reason === reason)
      expect(reasons.filter(({ level }) => level === 'warn')).toEqual([line])
      expect(reasons.filter(({ level }) => level === 'info')).toHaveLength(retries)
      const { stdout, stderr } = program.output
      const everything = [stdout, stderr, metrics.text, landing.text].join('\n')
      expect(everything).not.toContain(environment.WOLKVOX_TOKEN)
      expect(everything).not.toMatch(/node_modules|\n\s+at |"stack"/)
    },
  )
})

it('shows the token nowhere when all is well', async () => {
  const { url: baseUrl } = await wolkvox()
  const program = start(['serve', FREE_PORT, '--log.level=trace'], { ...ACCOUNT, WOLKVOX_BASE_URL: baseUrl })
  const url = await program.url()
  await program.logged({ msg: 'refreshed' })
  const pages = await Promise.all(
    ['/metrics', '/', '/-/ready', '/-/healthy', '/nowhere', '/%zz'].map((path) => page(`${url}${path}`)),
  )
  await endBy(program, 'SIGTERM')
  const { stdout, stderr } = program.output
  expect([stdout, stderr, ...pages.map(({ text }) => text)].join('\n')).not.toContain(ACCOUNT.WOLKVOX_TOKEN)
})
