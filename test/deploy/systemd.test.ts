import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allocation } from '../../bench/speed/exporter.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { variables } from '../../src/config/variables.ts'
import { ROOT, readText } from '../../tools/files.ts'
import { runProgram } from '../support/programs/program.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { envFileReaders } from './env-files.ts'
import { oneOperation, SEVERAL, severalOperations, type Unit, writeUnit } from './systemd-units.ts'

const units = [oneOperation, severalOperations]
const { text: unit, valuesOf } = oneOperation

/** The pages with a drop-in for `systemctl edit`: first for one operation, then for several. */
const overrides = ['docs/deployment.md', 'docs/runbook.md', 'docs/tls.md'].flatMap((path) => {
  const blocks = [...readText(path).matchAll(/^( *)```ini\n(.*?)^ *```$/gms)]
  return blocks.map(([, indent, text = ''], index) => {
    const base = units[index] ?? oneOperation
    return { path, use: base.use, base, text: text.replace(new RegExp(`^${indent}`, 'gm'), '') }
  })
})

/** Of 10, as systemd computes it. The needs of V8 prevent a lower value. */
const MAX_EXPOSURE = 2

/** What `systemctl edit` writes. */
const OVERRIDE = 'override.conf'

const dropInOf = (dropIn: string) => (dropIn === '' ? {} : { [SEVERAL]: dropIn })

const verify = (text: string, dropIns: Readonly<Record<string, string>> = {}) =>
  runProgram('systemd-analyze', ['verify', writeUnit(text, dropIns)])

describe.skipIf(!haveTools('systemd-analyze'))('systemd', () => {
  it.each(units)('accepts the unit for $use', async ({ text, dropIn }) => {
    expect(await verify(text, dropInOf(dropIn))).toEqual({ code: 0, output: '' })
  })

  it.each(units)('rates the unit for $use as hardened', async ({ text, dropIn }) => {
    const args = ['security', '--offline=true', writeUnit(text, dropInOf(dropIn))]
    const { output } = await runProgram('systemd-analyze', args)
    const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(output) ?? []
    expect(Number(exposure)).toBeLessThan(MAX_EXPOSURE)
  })

  it('rejects an invalid unit', async () => {
    expect((await verify(unit.replace('/usr/bin/env', '/no/such/program'))).code).not.toBe(0)
  })

  it('rejects an invalid drop-in', async () => {
    const { dropIn } = severalOperations
    const broken = (from: string, to: string) => verify(unit, dropInOf(dropIn.replace(from, to)))
    expect((await broken('/usr/bin/env', '/no/such/program')).output).not.toBe('')
    expect((await broken('User=', 'Users=')).output).toContain('Users')
  })

  it('lets the drop-in of systemctl edit replace the command for several operations', async () => {
    const override = '[Service]\nExecStart=\nExecStart=/no/such/override\n'
    const dropIns = { ...dropInOf(severalOperations.dropIn), [OVERRIDE]: override }
    // systemd-analyze reports the program only if it is the one that would start.
    expect((await verify(unit, dropIns)).output).toContain('/no/such/override')
  })

  it.each(overrides)('accepts the drop-in of $path for $use', async ({ base, text }) => {
    const dropIns = { ...dropInOf(base.dropIn), [OVERRIDE]: text }
    expect(await verify(unit, dropIns)).toEqual({ code: 0, output: '' })
  })
})

/** The arguments of the exporter. */
const argumentsOf = (each: Unit) =>
  / node \/opt\/wolkvox-exporter\/(\S+) (.*)$/.exec(each.valuesOf('ExecStart').join('\n'))?.slice(1) ?? []

describe.each(units)('the unit for $use', (each) => {
  const [program = '', words = ''] = argumentsOf(each)
  const { command, flags } = parseArguments(words.split(' '))

  it('has one command, which serves with known flags', () => {
    expect(each.valuesOf('ExecStart')).toHaveLength(1)
    expect(command).toBe('serve')
    expect(flags.get('storage.path')).toEqual([`/var/lib/${each.valuesOf('StateDirectory')[0]}`])
  })

  it('starts the command of the package', () => {
    const { bin } = JSON.parse(readText('package.json'))
    expect(program).toBe(bin['wolkvox-exporter'])
  })

  it('uses the memory allocation settings of the benchmark', () => {
    expect(each.valuesOf('Environment')).toEqual(
      Object.entries(allocation).map(([name, value]) => `${name}=${value}`),
    )
  })

  it('does not restart after a wrong setting', () => {
    expect(each.valuesOf('RestartPreventExitStatus')).toEqual(['2'])
  })

  it('reloads by SIGHUP, and restarts if that ends a process that is still starting', () => {
    expect(each.valuesOf('ExecReload')).toEqual(['/bin/kill -HUP $MAINPID'])
    expect(each.valuesOf('RestartForceExitStatus')).toEqual(['SIGHUP'])
  })
})

describe('the drop-in for several operations', () => {
  const { dropIn, valuesOf } = severalOperations
  const { flags } = parseArguments(argumentsOf(severalOperations)[1]?.split(' ') ?? [])
  const [file = ''] = flags.get('config.file') ?? []

  it('reads a configuration file instead of an environment and a credential', () => {
    expect(valuesOf('EnvironmentFile')).toEqual([])
    expect(valuesOf('LoadCredential')).toEqual([])
    expect(valuesOf('ExecStart')[0]).not.toContain('WOLKVOX_')
    expect(dropIn).toContain(`#   ${file} `)
  })

  it('has a user that owns files on the disk, unlike a dynamic one', () => {
    expect(valuesOf('User')).toEqual(['wolkvox-exporter'])
    // Only readable folders: /home and /root are not.
    expect(file).toMatch(/^\/etc\/wolkvox-exporter\//)
  })

  it('keeps every other setting of the unit', () => {
    const changed = new Set(['EnvironmentFile', 'LoadCredential', 'ExecStart', 'User'])
    const others = ({ settings }: Unit) => settings.filter(({ name }) => !changed.has(name))
    expect(others(severalOperations)).toEqual(others(oneOperation))
  })
})

describe.each(overrides)('the drop-in of $path for $use', ({ base, text }) => {
  it('starts the command of the unit with one more flag', () => {
    const commands = [...text.matchAll(/^ExecStart=(.*)$/gm)].map(([, command = '']) => command)
    const [command = ''] = base.valuesOf('ExecStart')
    expect(commands).toEqual(['', expect.stringMatching(/ --[a-z.-]+=\S+$/)])
    expect(commands[1]?.replace(/ --\S+$/, '')).toBe(command)
    const words =
      / serve .+$/
        .exec(commands[1] ?? '')?.[0]
        .trim()
        .split(' ') ?? []
    expect(() => parseArguments(words)).not.toThrow()
  })
})

it('each page has a drop-in for one operation and one for several', () => {
  expect(overrides.map(({ path, use }) => `${path}: ${use}`)).toEqual(
    ['docs/deployment.md', 'docs/runbook.md', 'docs/tls.md'].flatMap((path) =>
      units.map(({ use }) => `${path}: ${use}`),
    ),
  )
})

it('the deployment guide installs the drop-in under its name', () => {
  expect(readText('docs/deployment.md')).toContain(
    `deploy/systemd/${SEVERAL} /etc/systemd/system/wolkvox-exporter.service.d/${SEVERAL}\n`,
  )
})

describe('the environment file', () => {
  const example = readText('.env.example')
  const ACCOUNT = { WOLKVOX_SERVER: '0042', WOLKVOX_LICENSES: '50' }

  /**
   * Runs the command of the unit as systemd does, but with check-config instead of serve. Variables of the environment file
   * override those of the unit. The command line can refer to all of them.
   */
  function checkConfig(environmentFile: string) {
    const credentials = temporaryFolder()
    writeFileSync(join(credentials, 'token'), 'token-of-the-credential\n')
    const unset = valuesOf('UnsetEnvironment').flatMap((names) => names.split(' '))
    const own = valuesOf('Environment').map((assignment) => assignment.split('='))
    const read = envFileReaders["systemd's EnvironmentFile"]?.(environmentFile) ?? {}
    const environment: Record<string, string> = {
      PATH: process.env.PATH ?? '',
      ...Object.fromEntries(own),
      CREDENTIALS_DIRECTORY: credentials,
      ...read,
    }
    const words = (valuesOf('ExecStart')[0] ?? '')
      .replace(/\$\{(\w+)\}/g, (_all, name) => environment[name] ?? '')
      .replace(/\S+\/bin\/wolkvox-exporter\.cjs serve/, `${ROOT}bin/wolkvox-exporter.cjs check-config`)
      .replace(/--storage\.path=\S+/, '--storage.path= --web.listen-address=127.0.0.1:0')
      .split(' ')
    for (const name of unset) delete environment[name]
    const { status, stdout, stderr } = spawnSync(words[0] ?? '', words.slice(1), {
      env: environment,
      encoding: 'utf8',
    })
    return { code: status, stdout, stderr }
  }

  const filledIn = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).reduce(
      (text, [name, value]) => text.replace(new RegExp(`^${name}=$`, 'm'), `${name}=${value}`),
      example,
    )

  const VALID = {
    code: 0,
    stdout: expect.stringMatching(/^The configuration is valid\.\nOperation 0042\n {2}agents {2}every 5m /),
    stderr: '',
  }

  it.each([
    ['with an empty token', {}],
    ['with a token, as for Docker', { WOLKVOX_TOKEN: 'token-for-docker' }],
    ['with a token file, as for Compose', { WOLKVOX_TOKEN_FILE: './wolkvox-token' }],
  ])('can be a copy of the example %s; the token is the credential', (_, token) => {
    expect(checkConfig(filledIn({ ...ACCOUNT, ...token }))).toEqual(VALID)
  })

  it('is invalid without a server', () => {
    expect(checkConfig(example)).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^wolkvox-exporter: WOLKVOX_SERVER: missing; .*\n$/),
    })
  })

  it('sets only variables of the exporter', () => {
    const known = variables.map(([name]) => name as string)
    const given = [...(valuesOf('ExecStart')[0] ?? '').matchAll(/\b(WOLKVOX_\w+)=/g)].map(([, name]) => name)
    expect(given).toEqual(['WOLKVOX_TOKEN_FILE'])
    for (const name of [...given, ...valuesOf('UnsetEnvironment')]) expect(known).toContain(name)
  })
})

/**
 * The first version of systemd with each setting, by its NEWS (https://github.com/systemd/systemd/blob/main/NEWS) and
 * systemd.exec(5); 0 if it is older than their first entry.
 */
const SINCE: Readonly<Record<string, number>> = {
  Description: 0,
  After: 0,
  Wants: 0,
  WantedBy: 0,
  Type: 0,
  ExecReload: 0,
  ExecStart: 0,
  Environment: 0,
  EnvironmentFile: 0,
  Restart: 0,
  RestartSec: 0,
  UMask: 0,
  User: 0,
  CapabilityBoundingSet: 0,
  PrivateTmp: 0,
  NoNewPrivileges: 187,
  SystemCallFilter: 187,
  TimeoutStopSec: 188,
  RestartPreventExitStatus: 189,
  PrivateDevices: 209,
  SystemCallArchitectures: 209,
  SystemCallErrorNumber: 209,
  RestrictAddressFamilies: 211,
  ProtectHome: 214,
  ProtectSystem: 214,
  RestartForceExitStatus: 215,
  AmbientCapabilities: 229,
  MemoryMax: 231,
  RestrictRealtime: 231,
  DynamicUser: 232,
  PrivateUsers: 232,
  ProtectControlGroups: 232,
  ProtectKernelModules: 232,
  ProtectKernelTunables: 232,
  RemoveIPC: 232,
  RestrictNamespaces: 233,
  LockPersonality: 235,
  StateDirectory: 235,
  StateDirectoryMode: 235,
  UnsetEnvironment: 235,
  ProtectHostname: 242,
  RestrictSUIDSGID: 242,
  ProtectKernelLogs: 244,
  ProtectClock: 245,
  LoadCredential: 247,
  ProtectProc: 247,
  // In 247, but with ProtectKernelTunables or ProtectKernelLogs the service starts only from 250 on.
  ProcSubset: 250,
}

/** The same for values and parts of values. */
const VALUES_SINCE: readonly (readonly [setting: string, value: RegExp, version: number])[] = [
  ['Type', /^exec$/, 240],
  ['ProtectSystem', /^strict$/, 232],
  ['ProtectHome', /^tmpfs$/, 238],
  ['SystemCallFilter', /@system-service/, 239],
  ['ExecStart', /\$\{?CREDENTIALS_DIRECTORY\b/, 247],
  ['RestrictAddressFamilies', /^none$/, 249],
  ['LoadCredential', /^[^:]+$/, 251],
]

/** Specifiers. `%d` is the credentials directory; older versions reject the line. */
const SPECIFIERS_SINCE: Readonly<Record<string, number>> = { '%%': 0, '%d': 251 }

/** The version that the unit states. */
const stated = Number(/Needs systemd (\d+) or later/.exec(unit)?.[1])

describe.each(units)('the stated version of systemd, for $use', ({ settings, valuesOf }) => {
  it('is that of Debian 11, the oldest that has credentials', () => {
    expect(stated).toBe(247)
  })

  it('has every setting', () => {
    const newer = settings.filter(({ name }) => !((SINCE[name] ?? Number.POSITIVE_INFINITY) <= stated))
    expect(newer).toEqual([])
  })

  it('has every value', () => {
    const newer = VALUES_SINCE.filter(
      ([name, value, version]) => version > stated && valuesOf(name).some((each) => value.test(each)),
    )
    expect(newer).toEqual([])
  })

  it('has every specifier', () => {
    const used = settings.flatMap(({ value }) => value.match(/%./g) ?? [])
    const newer = used.filter((each) => !((SPECIFIERS_SINCE[each] ?? Number.POSITIVE_INFINITY) <= stated))
    expect(newer).toEqual([])
  })
})

it('the stated version of systemd is the oldest that has all settings', () => {
  const { settings } = oneOperation
  const needed = [
    ...settings.map(({ name }) => SINCE[name] ?? 0),
    ...VALUES_SINCE.filter(([name, value]) => valuesOf(name).some((each) => value.test(each))).map(
      ([, , version]) => version,
    ),
  ]
  expect(Math.max(...needed)).toBe(stated)
})
