import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { freePort } from '../../tools/free-port.ts'
import { runCommand } from './command-context.ts'

const COMMANDS = ['serve', 'demo', 'simulate', 'check-config', 'healthcheck']

describe('--help', () => {
  it.each([
    ['--help'],
    ['-h'],
    ['demo', '-h'],
    ['demo', '--help'],
    ['--help', '--version'],
    ['no-such-command', '--help'],
  ])('is printed without running a command: %s %s', async (...argv) => {
    const { code, printed, errors } = await runCommand(argv.filter((text) => text !== undefined))
    expect([code, errors]).toEqual([0, ''])
    expect(printed).toMatch(/^Usage: wolkvox-exporter \[command\] \[flags\]\n/)
  })

  it.each([
    ...COMMANDS.map((name) => [name]),
    ['--config.file'],
    ['--web.listen-address', ':9989'],
    ['--web.telemetry-path', '/metrics'],
    ['--web.config.file'],
    ['--web.enable-lifecycle', 'off'],
    ['--storage.path'],
    ['--config.auto-reload', 'off'],
    ['--shard', '0'],
    ['--total-shards', '1'],
    ['--log.level', 'info'],
    ['--log.format', 'json'],
    ['--version'],
    ['-h, --help'],
    ['--simulator.agents', '200'],
    ['--simulator.seed', '1'],
    ['--simulator.speed', '1'],
    ['--simulator.start', '10:30'],
    ['--simulator.listen-address', '127.0.0.1:9988'],
    ['WOLKVOX_SERVER', 'required'],
    ['WOLKVOX_TOKEN', 'required'],
    ['WOLKVOX_TOKEN_FILE'],
    ['WOLKVOX_OPERATION', 'the server code'],
    ['WOLKVOX_BASE_URL', 'https://wv{server}.wolkvox.com'],
    ['WOLKVOX_LICENSES', 'unknown'],
    ['WOLKVOX_TIMEZONE', 'America/Bogota'],
    ['WOLKVOX_REFRESH_INTERVAL', '5m, 15m for latency, 1h for token_info'],
    ['WOLKVOX_TIMEOUT', '60s'],
    ['WOLKVOX_STALE_AFTER', '3 × interval'],
    ['WOLKVOX_MAX_RESPONSE_BYTES', '64MiB'],
    ['WOLKVOX_AGENT_NAME', 'plain'],
    ['WOLKVOX_CONFIG_FILE', 'none'],
  ])('explains %s on one line, with its default: %s', async (name, defaultText) => {
    const { printed } = await runCommand(['--help'])
    const lines = printed.split('\n').filter((line) => line.trim().split(/\s{2,}/)[0] === name)
    expect(lines).toEqual([expect.stringMatching(/^ {2}(?:-h, )?\S+ {2,}\S.*$/)])
    if (defaultText !== undefined) expect(lines[0]).toContain(`(${defaultText})`)
  })
})

describe('--version', () => {
  it('is printed as other Prometheus programs print it, with the version of the package', async () => {
    const { version }: { version: string } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    )
    const { code, printed, errors } = await runCommand(['--version'])
    expect([code, errors]).toEqual([0, ''])
    expect(printed).toBe(
      `wolkvox-exporter, version ${version} (revision: unknown, node: ${process.version})\n`,
    )
  })
})

describe('a wrong command line', () => {
  const LIST = `the commands are ${COMMANDS.join(', ')}`

  it('explains how to pass flags through npm', async () => {
    const { code, errors } = await runCommand([':9999'], { npm_lifecycle_event: 'start' })
    expect([code, errors]).toEqual([
      2,
      `wolkvox-exporter: unknown command: :9999; ${LIST}; put -- before flags: npm run start -- --flag=value\n`,
    ])
  })

  it.each([
    ['an unknown command', ['sreve'], `unknown command: sreve; ${LIST}`],
    ['a command named like a method', ['toString'], `unknown command: toString; ${LIST}`],
    ['two commands', ['serve', 'demo'], 'several commands given: serve, demo; keep one, see --help'],
    ['an unknown flag', ['--nonsense'], "Unknown option '--nonsense'; see --help"],
    [
      'a flag without its value',
      ['--log.level'],
      "Option '--log.level <value>' argument missing; see --help",
    ],
  ])('with %s gives one line and exit code 2', async (_, argv, message) => {
    expect(await runCommand(argv)).toEqual({
      code: 2,
      printed: '',
      errors: `wolkvox-exporter: ${message}\n`,
    })
  })

  it.each(COMMANDS)('%s with a wrong flag ends with exit code 2', async (command) => {
    const { code, printed, errors } = await runCommand([command, '--web.telemetry-path=x'])
    expect([code, printed]).toEqual([2, ''])
    expect(errors).toContain('wolkvox-exporter: --web.telemetry-path: must start with /')
  })

  it.each(['demo', 'simulate'])('%s reports wrong flags of both kinds together', async (command) => {
    const { code, errors } = await runCommand([command, '--log.level=x', '--simulator.agents=x'])
    expect(code).toBe(2)
    expect(errors.split('\n')).toEqual([
      expect.stringMatching(/^wolkvox-exporter: --log\.level: /),
      expect.stringMatching(/^wolkvox-exporter: --simulator\.agents: /),
      '',
    ])
  })

  it('serve reports wrong flags and a wrong environment together', async () => {
    const { code, errors } = await runCommand(['--log.level=x'], { WOLKVOX_SERVER: '?' })
    expect(code).toBe(2)
    expect(errors.split('\n')).toEqual([
      expect.stringMatching(/^wolkvox-exporter: --log\.level: /),
      expect.stringMatching(/^wolkvox-exporter: WOLKVOX_SERVER: /),
      expect.stringMatching(/^wolkvox-exporter: WOLKVOX_TOKEN: missing/),
      '',
    ])
  })
})

describe.each(['demo', 'simulate'])('%s', (command) => {
  const address = command === 'demo' ? '--web.listen-address' : '--simulator.listen-address'
  const argv = [command, `${address}=127.0.0.1:0`, '--simulator.agents=1', '--log.level=silent']

  it.each(['shutdownSignal', 'hangup'] as const)(
    'ends if shutdown is requested during loading: %s',
    async (signal) => {
      const { code, errors } = await runCommand(argv, {}, { [signal]: AbortSignal.abort() })
      expect([code, errors]).toEqual([0, ''])
    },
  )

  it('closes its port when it ends', async () => {
    const port = await freePort()
    const simulator = `--simulator.listen-address=127.0.0.1:${port}`
    const shutdownSignal = new AbortController()
    const isOpen = async () =>
      (await fetch(`http://127.0.0.1:${port}/simulator`).catch(() => undefined)) !== undefined
    const running = runCommand([...argv, simulator], {}, { shutdownSignal: shutdownSignal.signal })
    await vi.waitFor(async () => expect(await isOpen()).toBe(true), 15_000)
    shutdownSignal.abort()
    expect((await running).code).toBe(0)
    expect(await isOpen()).toBe(false)
  })
})

it('a problem with the command line shows no secret of the process', async () => {
  new Secret('test-token-on-the-command-line')
  const { errors } = await runCommand(['test-token-on-the-command-line'])
  expect(errors).toMatch(/^wolkvox-exporter: unknown command: \[secret\];/)
})
