import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allocation } from '../../bench/speed/exporter.ts'
import { variables } from '../../src/config/environment.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { ROOT, readText } from '../../tools/files.ts'
import { runProgram } from '../support/programs/program.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { envFileReaders } from './env-files.ts'

const UNIT = 'deploy/systemd/wolkvox-exporter.service'

/** Of 10, as systemd computes it. The needs of V8 prevent a lower value. */
const MAX_EXPOSURE = 2

const unit = readText(UNIT)

/** The unit's settings in order, without comments. */
const settings = [...unit.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => ({ name, value }))

const valuesOf = (name: string) => settings.filter((each) => each.name === name).map(({ value }) => value)

describe.skipIf(!haveTools('systemd-analyze'))('systemd', () => {
  it('accepts the unit', async () => {
    expect(await runProgram('systemd-analyze', ['verify', `${ROOT}${UNIT}`])).toEqual({ code: 0, output: '' })
  })

  it('rates the unit as hardened', async () => {
    const { output } = await runProgram('systemd-analyze', ['security', '--offline=true', `${ROOT}${UNIT}`])
    const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(output) ?? []
    expect(Number(exposure)).toBeLessThan(MAX_EXPOSURE)
  })

  it('rejects an invalid unit', async () => {
    const wrong = join(temporaryFolder(), 'wrong.service')
    writeFileSync(wrong, unit.replace('/usr/bin/env', '/no/such/program'))
    expect((await runProgram('systemd-analyze', ['verify', wrong])).code).not.toBe(0)
  })
})

describe('the unit', () => {
  it('starts the exporter with known flags', () => {
    const [, command = ''] = /wolkvox-exporter\.cjs (.*)$/.exec(valuesOf('ExecStart')[0] ?? '') ?? []
    expect(() => parseArguments(command.split(' '))).not.toThrow()
    expect(command).toContain('serve')
  })

  it('starts the command of the package', () => {
    const { bin } = JSON.parse(readText('package.json'))
    expect(valuesOf('ExecStart')).toEqual([
      expect.stringContaining(` node /opt/wolkvox-exporter/${bin['wolkvox-exporter']} serve `),
    ])
  })

  it('uses the memory allocation settings of the benchmark', () => {
    for (const [name, value] of Object.entries(allocation)) {
      expect(unit).toContain(`\nEnvironment=${name}=${value}\n`)
    }
  })

  it('does not restart after a wrong setting', () => {
    expect(unit).toContain('RestartPreventExitStatus=2')
  })
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
  ExecStart: 0,
  Environment: 0,
  EnvironmentFile: 0,
  Restart: 0,
  RestartSec: 0,
  UMask: 0,
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

describe('the version of systemd that the unit states', () => {
  const stated = Number(/Needs systemd (\d+) or later/.exec(unit)?.[1])

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

  it('is the oldest that has all of them', () => {
    const needed = [
      ...settings.map(({ name }) => SINCE[name] ?? 0),
      ...VALUES_SINCE.filter(([name, value]) => valuesOf(name).some((each) => value.test(each))).map(
        ([, , version]) => version,
      ),
    ]
    expect(Math.max(...needed)).toBe(stated)
  })
})
