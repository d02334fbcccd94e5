import { once } from 'node:events'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rename } from 'node:fs/promises'
import { createServer, get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { createLocks } from '../../src/storage/storage-lock.ts'
import { eventually } from '../../tools/eventually.ts'
import { listenOnLoopback } from '../support/loopback-server.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { ENDED_WELL, runProcess, startProcess } from '../support/programs/exporter-process.ts'
import { ACCOUNT, simulatedAccount, startWolkvox } from '../support/simulated-wolkvox.ts'
import { storedFile } from '../support/stored-files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const HANG_UP = new URL('./hang-up-while-starting.mjs', import.meta.url).href

const FREE_PORT = '--web.listen-address=127.0.0.1:0'
const demo = ['demo', FREE_PORT, '--simulator.agents=1']
const simulate = ['simulate', '--simulator.listen-address=127.0.0.1:0', '--simulator.agents=1']

describe('the exit code of the process', () => {
  it.each([
    [0, ['--version'], {}],
    [2, ['serve', FREE_PORT], {}],
    [1, ['healthcheck', '--web.listen-address=127.0.0.1:1'], {}],
  ])('is %i for %j', async (expected, argv, environment) => {
    const { code, stdout, stderr } = await runProcess(argv, environment)
    expect(code).toBe(expected)
    expect([stdout === '', stderr === '']).toEqual(expected === 0 ? [false, true] : [true, false])
  })

  it('is 1 when the port is in use, with one line and no stack', async () => {
    const { host } = new URL(await listenOnLoopback(createServer(), 'http'))
    const { code, stdout, stderr } = await runProcess([`--web.listen-address=${host}`], ACCOUNT)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(
      new RegExp(
        `^wolkvox-exporter: cannot listen on ${host} \\(EADDRINUSE\\): .*--web\\.listen-address.*\n$`,
      ),
    )
  })
})

describe('two exporters with one storage folder', () => {
  const IN_USE =
    /^wolkvox-exporter: another exporter uses \S+\.lock for the account 0000; stop it, or choose another folder with --storage\.path$/m

  it('the first exits with 1 when its lock file was removed and the second has locked a new one', async () => {
    const folder = temporaryFolder()
    const environment = { ...(await simulatedAccount()), WOLKVOX_REFRESH_INTERVAL: '15s' }
    const first = startProcess([FREE_PORT, `--storage.path=${folder}`], environment)
    await first.logged({ msg: 'refreshed' })
    // A refresh writes the snapshot and then the schedule; both lock again.
    const hasSnapshot = () => readdirSync(folder).some((name) => name.endsWith('.snapshot'))
    await eventually('stored snapshot', () => hasSnapshot() || undefined)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const lock = readdirSync(folder).find((name) => name.endsWith('.lock')) ?? ''
    rmSync(join(folder, lock))
    // Before the first writes again.
    const second = startProcess([FREE_PORT, `--storage.path=${folder}`], environment)
    await second.logged({ msg: 'listening' })
    expect(await first.ended()).toEqual({ code: 1, signal: null })
    expect(first.output.stderr.split('\n').filter((line) => !line.startsWith('{'))).toEqual([
      expect.stringMatching(IN_USE),
      '',
    ])
    expect(await second.endBy('SIGTERM')).toEqual(ENDED_WELL)
  })

  it('the second exits with 1 and one line, until the first has ended', async () => {
    const argv = [FREE_PORT, `--storage.path=${temporaryFolder()}`]
    const environment = await simulatedAccount()
    const first = startProcess(argv, environment)
    await first.logged({ msg: 'refreshed' })
    const second = await runProcess(argv, environment)
    expect(second.code).toBe(1)
    // Without a line that it listens.
    expect(second.stderr.split('\n')).toEqual([expect.stringMatching(IN_USE), ''])
    first.kill('SIGKILL')
    await first.ended()
    const third = startProcess(argv, environment)
    await third.logged({ msg: 'listening' })
    expect(await third.endBy('SIGTERM')).toEqual(ENDED_WELL)
  })

  it('the first stops writing if another process has replaced its lock file, and exits with 1 and one line', async () => {
    const folder = temporaryFolder()
    const wolkvox = await startWolkvox()
    const settings = { ...ACCOUNT, WOLKVOX_BASE_URL: wolkvox.url, WOLKVOX_REFRESH_INTERVAL: '2s' }
    const first = startProcess([FREE_PORT, `--storage.path=${folder}`], settings)
    await first.logged({ msg: 'refreshed' })
    const account = { name: ACCOUNT.WOLKVOX_SERVER, server: ACCOUNT.WOLKVOX_SERVER, baseUrl: wolkvox.url }
    const path = storedFile(folder, 'lock', account)
    const locks = createLocks()
    onTestFinished(() => locks.close())
    // Renamed over the old one, the new lock file is locked from the start.
    await locks.acquire(`${path}.new`, account.server)
    await rename(`${path}.new`, path)
    // A write that was in progress may end.
    await sleep(500)
    const stored = await contentsOf(folder)
    expect(await first.ended()).toEqual({ code: 1, signal: null })
    expect(first.output.stderr.split('\n').filter((line) => !line.startsWith('{'))).toEqual([
      `wolkvox-exporter: another exporter uses ${path} for the account ${account.server}; stop it, or choose another folder with --storage.path`,
      '',
    ])
    expect(await contentsOf(folder)).toEqual(stored)
  })
})

/** The data files of a folder. Not the lock: reading it would release the locks that this process has on it. */
async function contentsOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.lock'))
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'base64')])),
  )
}

describe('the log on standard error', () => {
  it('has a level and a time in each line', async () => {
    const program = startProcess(demo)
    await program.logged({ msg: 'refreshed' })
    for (const { level, time } of program.log()) {
      expect(level).toBe('info')
      expect(new Date(String(time)).toISOString()).toBe(time)
    }
  })

  it('has no line below its level', async () => {
    const account = { ...(await simulatedAccount()), WOLKVOX_TOKEN: 'wrong-test-token' }
    const program = startProcess([FREE_PORT, '--log.level=warn'], account)
    await program.logged({ reason: 'invalid_token' })
    expect(program.log()).toHaveLength(1)
  })

  it.each(['json', 'pretty'])(
    'loses lines when its disk is full; the process runs on: %s',
    async (format) => {
      const settings = { ...(await simulatedAccount()), WOLKVOX_REFRESH_INTERVAL: '1s' }
      const argv = ['serve', `--log.format=${format}`, '--storage.path=', FREE_PORT]
      const program = startProcess(argv, settings, '/dev/full')
      await sleep(2500)
      expect(program.isRunning()).toBe(true)
      expect(await program.endBy('SIGTERM')).toEqual(ENDED_WELL)
    },
  )

  it('is written for people with --log.format=pretty', async () => {
    const program = startProcess([...demo, '--log.format=pretty'])
    await vi.waitFor(() => expect(program.output.stderr).toContain('refreshed'), 15_000)
    expect(program.output.stderr).toMatch(
      /^\[\d\d:\d\d:\d\d\] INFO: listening \{"url":"http:\/\/127\.0\.0\.1:\d+\/metrics"\}$/m,
    )
  })

  it('does not contain the token, and neither do HTTP responses', async () => {
    const program = startProcess(['serve', FREE_PORT, '--log.level=trace'], await simulatedAccount())
    const url = await program.url()
    await program.logged({ msg: 'refreshed' })
    const paths = ['/metrics', '/', '/-/ready', '/-/healthy', '/nowhere', '/%zz']
    const bodies = await Promise.all(paths.map(async (path) => (await fetch(`${url}${path}`)).text()))
    await program.endBy('SIGTERM')
    expect([...Object.values(program.output), ...bodies].join('\n')).not.toContain(ACCOUNT.WOLKVOX_TOKEN)
  })
})

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s aborts a fetch in flight, exit code 0', async (signal) => {
    const silent = createServer(() => {})
    const environment = { ...ACCOUNT, WOLKVOX_BASE_URL: await listenOnLoopback(silent, 'http') }
    const called = once(silent, 'request')
    const program = startProcess([FREE_PORT], environment)
    await called
    await program.logged({ msg: 'listening' })
    expect(await program.endBy(signal)).toEqual(ENDED_WELL)
    expect(program.log().map(({ msg }) => msg)).toEqual(['listening', 'shutting down'])
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends demo, exit code 0', async (signal) => {
    const program = startProcess(demo)
    await program.logged({ msg: 'refreshed' })
    expect(await program.endBy(signal)).toEqual(ENDED_WELL)
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends simulate, exit code 0', async (signal) => {
    const program = startProcess(simulate)
    await vi.waitFor(() => expect(program.output.stdout).toContain('Press Ctrl-C to stop'), 15_000)
    expect(await program.endBy(signal)).toEqual(ENDED_WELL)
    expect(program.output.stderr).toBe('')
  })

  it('SIGTERM does not wait for a scraper that never reads', async () => {
    // The body is larger than the buffers between the exporter and its reader.
    const program = startProcess(['demo', FREE_PORT, '--simulator.agents=10000'])
    const url = await program.url()
    await program.logged({ msg: 'refreshed' })
    const request = get(`${url}/metrics`, { agent: false })
    onTestFinished(() => void request.destroy())
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.on('error', () => {}) // The exporter cuts the connection.
    expect(await program.endBy('SIGTERM')).toEqual(ENDED_WELL)
  })

  it('SIGHUP requests a reload and does not stop serve', async () => {
    const program = startProcess(['serve', FREE_PORT], await simulatedAccount())
    const url = await program.url()
    program.kill('SIGHUP')
    await program.logged({ level: 'info', msg: 'configuration reloaded' })
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200)
    expect(await program.endBy('SIGTERM')).toEqual(ENDED_WELL)
  })

  it('SIGHUP while serve starts requests a reload as soon as it runs', async () => {
    const { WOLKVOX_TOKEN = '', ...account } = await simulatedAccount()
    const file = join(temporaryFolder(), 'token')
    writeFileSync(file, WOLKVOX_TOKEN)
    const program = startProcess(['serve', FREE_PORT], {
      ...account,
      WOLKVOX_TOKEN_FILE: file,
      NODE_OPTIONS: `--import=${HANG_UP}`,
    })
    await program.logged({ level: 'info', msg: 'configuration reloaded' })
    expect(await program.endBy('SIGTERM')).toEqual(ENDED_WELL)
  })
})

describe('a closed reader of the output', () => {
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
  ] as const)('ends %s %j without an error message: %s %s, exit code %i', async (...row) => {
    const [, argv, environment, stream, code] = row
    const program = startProcess(argv, environment)
    program.stopReading(stream)
    expect(await program.ended()).toEqual({ code, signal: null })
    const { stdout, stderr } = program.output
    expect(stdout + stderr).not.toMatch(/EPIPE|node:|\n\s+at /)
  })

  it.each(['json', 'pretty'])('does not end serve, which logs to it: %s', async (format) => {
    const simulator = await startWolkvox()
    const settings = { WOLKVOX_BASE_URL: simulator.url, WOLKVOX_REFRESH_INTERVAL: '1s' }
    const program = startProcess(['serve', FREE_PORT, `--log.format=${format}`], { ...ACCOUNT, ...settings })
    program.stopReading('stderr')
    await vi.waitFor(() => expect(simulator.calls).toBeGreaterThan(2), 20_000)
    expect(await program.endBy('SIGTERM')).toEqual(ENDED_WELL)
  })
})
