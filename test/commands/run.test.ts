import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { freePort } from '../support/programs/server.ts'
import { runCommand } from './surroundings.ts'

const COMMANDS = ['serve', 'demo', 'simulate', 'check-config', 'healthcheck']

describe('--help', () => {
  it.each([
    ['--help'],
    ['-h'],
    ['demo', '-h'],
    ['demo', '--help'],
    ['--help', '--version'],
    ['no-such-command', '--help'],
  ])('is printed, and that is all: %s %s', async (...argv) => {
    const { code, printed, complained } = await runCommand(argv.filter((text) => text !== undefined))
    expect([code, complained]).toEqual([0, ''])
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
    ['WOLKVOX_REFRESH_INTERVAL', '5m'],
    ['WOLKVOX_TIMEOUT', '60s'],
    ['WOLKVOX_STALE_AFTER', '3 × interval'],
    ['WOLKVOX_MAX_RESPONSE_BYTES', '64MiB'],
    ['WOLKVOX_AGENT_NAME', 'plain'],
    ['WOLKVOX_CONFIG_FILE', 'none'],
  ])('explains %s in a line, with its default: %s', async (name, otherwise) => {
    const { printed } = await runCommand(['--help'])
    const lines = printed.split('\n').filter((line) => line.trim().split(/\s{2,}/)[0] === name)
    expect(lines).toEqual([expect.stringMatching(/^ {2}(?:-h, )?\S+ {2,}\S.*$/)])
    if (otherwise !== undefined) expect(lines[0]).toContain(`(${otherwise})`)
  })
})

describe('--version', () => {
  it('is printed in the words of Prometheus programs, with the version of the package', async () => {
    const { version }: { version: string } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    )
    const { code, printed, complained } = await runCommand(['--version'])
    expect([code, complained]).toEqual([0, ''])
    expect(printed).toBe(
      `wolkvox-exporter, version ${version} (revision: unknown, node: ${process.version})\n`,
    )
  })
})

describe('what cannot be run', () => {
  it('says how npm passes flags on when npm has passed only the value of one', async () => {
    const { code, complained } = await runCommand([':9999'], { npm_lifecycle_event: 'start' })
    expect([code, complained]).toEqual([
      2,
      'wolkvox-exporter: there is no command :9999; put -- before flags: npm run start -- --flag=value\n',
    ])
  })

  it.each([
    ['an unknown command', ['sreve'], 'there is no command sreve; see --help'],
    ['a command named like a method', ['toString'], 'there is no command toString; see --help'],
    ['two commands', ['serve', 'demo'], 'one command at a time, not serve demo; see --help'],
    ['an unknown flag', ['--nonsense'], "Unknown option '--nonsense'; see --help"],
    [
      'a flag without its value',
      ['--log.level'],
      "Option '--log.level <value>' argument missing; see --help",
    ],
  ])('%s is said in one line with exit code 2', async (_, argv, sentence) => {
    expect(await runCommand(argv)).toEqual({
      code: 2,
      printed: '',
      complained: `wolkvox-exporter: ${sentence}\n`,
    })
  })

  it.each(COMMANDS)('%s with a wrong flag ends with exit code 2', async (command) => {
    const { code, printed, complained } = await runCommand([command, '--web.telemetry-path=x'])
    expect([code, printed]).toEqual([2, ''])
    expect(complained).toContain('wolkvox-exporter: --web.telemetry-path: must start with /')
  })

  it.each(['demo', 'simulate'])('%s reports wrong flags of both kinds at once', async (command) => {
    const { code, complained } = await runCommand([command, '--log.level=x', '--simulator.agents=x'])
    expect(code).toBe(2)
    expect(complained.split('\n')).toEqual([
      expect.stringMatching(/^wolkvox-exporter: --log\.level: /),
      expect.stringMatching(/^wolkvox-exporter: --simulator\.agents: /),
      '',
    ])
  })

  it('serve reports wrong flags and a wrong environment at once', async () => {
    const { code, complained } = await runCommand(['--log.level=x'], { WOLKVOX_SERVER: '?' })
    expect(code).toBe(2)
    expect(complained.split('\n')).toEqual([
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

  it.each(['ending', 'hangup'] as const)(
    'ends when the process was asked to while it loaded: %s',
    async (signal) => {
      const { code, complained } = await runCommand(argv, {}, { [signal]: AbortSignal.abort() })
      expect([code, complained]).toEqual([0, ''])
    },
  )

  it('leaves nothing listening when it has ended', async () => {
    const port = await freePort()
    const simulator = `--simulator.listen-address=127.0.0.1:${port}`
    const ending = new AbortController()
    const isOpen = async () =>
      (await fetch(`http://127.0.0.1:${port}/simulator`).catch(() => undefined)) !== undefined
    const running = runCommand([...argv, simulator], {}, { ending: ending.signal })
    await vi.waitFor(async () => expect(await isOpen()).toBe(true), 15_000)
    ending.abort()
    expect((await running).code).toBe(0)
    expect(await isOpen()).toBe(false)
  })
})
