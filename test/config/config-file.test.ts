import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readConfigFile } from '../../src/config/config-file.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { haveSameSettings } from '../../src/config/operation-changes.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { variableSettings } from '../../src/config/variables.ts'
import { HASH_KEY } from '../../tools/fixtures.ts'
import { aCa } from '../support/certificates.ts'
import { problemsOfFile, readFileWith, writeConfigFile } from '../support/config-files.ts'

const A = '{ name: a, server: "0042", token: test-token-a }'

/** The only operation of a file. */
async function operationOf(content: string) {
  const { operations } = await readFileWith(content)
  const [operation] = operations
  if (operation === undefined || operations.length > 1) throw new Error('not one operation')
  return operation
}

const operationWith = (...lines: readonly string[]) =>
  operationOf(
    ['operations:', '  - name: a', '    server: "0042"', ...lines.map((line) => `    ${line}`)].join('\n'),
  )

describe('an operation of a file', () => {
  it('has the documented defaults', async () => {
    const { token, ...rest } = await operationOf(`operations: [${A}]`)
    expect(rest).toEqual({
      name: 'a',
      server: '0042',
      baseUrl: 'https://wv0042.wolkvox.com',
      route: { proxy: undefined, source: undefined },
      caCertificates: undefined,
      licenses: undefined,
      timeZone: 'America/Bogota',
      timeoutMs: 60_000,
      maxResponseBytes: 67_108_864,
      agentName: 'plain',
      agentId: 'plain',
      hashKey: undefined,
      priority: 0,
      reports: [{ name: 'agents', refreshIntervalMs: 300_000, staleAfterMs: 900_000 }],
    })
    expect(token.reveal()).toBe('test-token-a')
  })

  it('has the settings of its keys', async () => {
    expect(
      await operationWith(
        'token: test-token-a',
        'base_url: http://127.0.0.1:9988/',
        'proxy_url: http://proxy:3128',
        'licenses: 50',
        'timezone: America/Lima',
        'refresh_interval: 10m',
        'timeout: 30s',
        'stale_after: 1h',
        'max_response_bytes: 1MiB',
        'agent_name: omit',
        'priority: -5',
        'metrics: { exclude: [wolkvox_agent_calls, wolkvox_agents] }',
      ),
    ).toMatchObject({
      baseUrl: 'http://127.0.0.1:9988',
      route: { proxy: { url: 'http://proxy:3128' }, source: 'proxy_url' },
      licenses: 50,
      timeZone: 'America/Lima',
      timeoutMs: 30_000,
      maxResponseBytes: 2 ** 20,
      agentName: 'omit',
      priority: -5,
      excludedMetrics: ['wolkvox_agent_calls', 'wolkvox_agents'],
      reports: [{ name: 'agents', refreshIntervalMs: 600_000, staleAfterMs: 3_600_000 }],
    })
  })

  it.each(['0042', '"0042"', "'0042'"])('keeps the leading zeros of %s', async (server) => {
    const { name } = await operationOf(`operations: [{ name: 007, server: ${server}, token: test-token-a }]`)
    expect(name).toBe('007')
  })

  it('has the defaults of the file, and replaces them', async () => {
    const { operations } = await readFileWith(`
timeout: 10s
server: "0042"
agent_name: omit
licenses: 5
operations:
  - { name: a, token: test-token-a }
  - { name: b, token: test-token-b, timeout: 20s, server: "0043", licenses: 6 }
`)
    expect(operations).toMatchObject([
      { name: 'a', server: '0042', timeoutMs: 10_000, agentName: 'omit', licenses: 5 },
      { name: 'b', server: '0043', timeoutMs: 20_000, agentName: 'omit', licenses: 6 },
    ])
  })

  it('has the privacy of the file and its key, and replaces them', async () => {
    const path = writeConfigFile(`
agent_name: hash
agent_id: hash
hash_key_file: hash-key
operations:
  - { name: a, server: "0042", token: test-token-a }
  - { name: b, server: "0043", token: test-token-b, agent_id: plain, hash_key_file: ./other-key }
  - { name: c, server: "0044", token: test-token-c, agent_name: plain, agent_id: plain }
`)
    const folder = dirname(path)
    writeFileSync(join(folder, 'other-key'), 'other-key-0123456789')
    const { operations, source } = await readConfigFile(path, '--config.file', {})
    expect(
      operations.map(({ agentName, agentId, hashKey }) => [agentName, agentId, hashKey?.reveal()]),
    ).toEqual([
      ['hash', 'hash', HASH_KEY.reveal()],
      ['hash', 'plain', 'other-key-0123456789'],
      ['plain', 'plain', HASH_KEY.reveal()],
    ])
    expect(source?.files).toEqual([join(folder, 'hash-key'), join(folder, 'other-key')])
    expect(inspect(operations, { depth: 5 }) + JSON.stringify(operations)).not.toMatch(/-key-0123/)
  })

  it('can have its settings from an anchor', async () => {
    const { operations } = await readFileWith(`
operations:
  - &first { name: a, server: "0042", token: test-token-a, timeout: 10s }
${Array.from({ length: 200 }, (_, index) => `  - { <<: *first, name: b${index} }`).join('\n')}
`)
    expect(operations).toHaveLength(201)
    expect(operations.every(({ timeoutMs }) => timeoutMs === 10_000)).toBe(true)
  })

  it('starts after a byte order mark', async () => {
    expect((await operationOf(`\ufeffoperations: [${A}]`)).name).toBe('a')
  })
})

describe('the token of an operation', () => {
  it.each([
    ['the file itself', 'token: test-token-a'],
    ['a file beside it', 'token_file: token'],
    ['a variable', 'token_env: TOKEN_A'],
  ])('comes from %s', async (_, line) => {
    expect((await operationWith(line)).token.reveal()).toBe('test-token-a')
  })

  it.each(['token: test-token-b', 'token_file: token', 'token_env: TOKEN_A'])(
    'replaces every default: %s',
    async (line) => {
      const content = `token_file: missing\noperations:\n  - name: a\n    server: "0042"\n    ${line}`
      expect((await operationOf(content)).token.reveal()).toMatch(/^test-token-[ab]$/)
    },
  )

  it('is in no printed configuration', async () => {
    const config = await readFileWith(`operations: [${A}]`)
    expect(inspect(config, { depth: null, showHidden: true }) + JSON.stringify(config)).not.toContain(
      'test-token',
    )
  })

  it('may be the same file for two servers', async () => {
    const { source } = await readFileWith(`
token_file: token
operations: [{ name: a, server: "0042" }, { name: b, server: "0043" }]
`)
    expect(source?.files).toHaveLength(1)
  })
})

describe('the reports of an operation', () => {
  const HOUR = 3_600_000

  it.each(['agents, token_info', '[agents, token_info]', '{ agents: {}, token_info: {} }'])(
    'are listed as %s',
    async (list) => {
      expect((await operationWith('token: test-token-a', `reports: ${list}`)).reports).toEqual([
        { name: 'agents', refreshIntervalMs: 300_000, staleAfterMs: 900_000 },
        { name: 'token_info', refreshIntervalMs: HOUR, staleAfterMs: 3 * HOUR },
      ])
    },
  )

  it('can each have their settings', async () => {
    const { reports } = await operationWith(
      'token: test-token-a',
      'refresh_interval: 10m',
      'service_level_seconds: 40',
      'reports:',
      '  agents: {}',
      '  skills: { service_level_seconds: 30, stale_after: 2h }',
      '  latency: { refresh_interval: 15m }',
    )
    expect(reports).toEqual([
      { name: 'agents', refreshIntervalMs: 600_000, staleAfterMs: 1_800_000 },
      {
        name: 'skills',
        refreshIntervalMs: 600_000,
        staleAfterMs: 2 * HOUR,
        parameters: { serviceLevelSeconds: 30 },
      },
      { name: 'latency', refreshIntervalMs: 900_000, staleAfterMs: 2_700_000 },
    ])
  })

  it('have the settings of the operation otherwise', async () => {
    const lines = ['token: test-token-a', 'service_level_seconds: 40', 'reports: agents, skills']
    expect((await operationWith(...lines)).reports.map(({ parameters }) => parameters)).toEqual([
      undefined,
      { serviceLevelSeconds: 40 },
    ])
  })
})

describe('operations of one account', () => {
  it('share licences and time zone if only one says them', async () => {
    const { operations } = await readFileWith(`
operations:
  - { name: a, server: ab42, token: test-token-a }
  - { name: b, server: AB42, token: test-token-b, base_url: "https://WVab42.wolkvox.com", licenses: 5 }
  - { name: c, server: ab42, token: test-token-c, timezone: America/Lima }
  - { name: d, server: ab43, token: test-token-c }
`)
    expect(operations.map(({ licenses, timeZone }) => [licenses, timeZone])).toEqual([
      [5, 'America/Lima'],
      [5, 'America/Lima'],
      [5, 'America/Lima'],
      [undefined, 'America/Bogota'],
    ])
  })
})

describe('the files of a configuration file', () => {
  it('are those of tokens and CAs, relative to its folder, each once', async () => {
    const path = writeConfigFile(`
ca_file: ca.pem
operations:
  - { name: a, server: "0042", token_file: token }
  - { name: b, server: "0043", token_file: ./token }
  - { name: c, server: "0044", token: test-token-a }
`)
    const folder = dirname(path)
    writeFileSync(join(folder, 'ca.pem'), (await aCa()).cert)
    const { source, operations } = await readConfigFile(path, '--config.file', {})
    expect(source?.files).toEqual([join(folder, 'token'), join(folder, 'ca.pem')])
    expect(operations.every(({ caCertificates }) => caCertificates !== undefined)).toBe(true)
  })

  it('are read again by refresh, without the configuration file; by reload, with it', async () => {
    const content = (timeout: string) =>
      `operations: [{ name: a, server: "0042", token_file: token, timeout: ${timeout} }]`
    const path = writeConfigFile(content('10s'))
    const { source } = await readConfigFile(path, '--config.file', {})
    writeFileSync(join(dirname(path), 'token'), 'test-token-b')
    writeFileSync(path, content('20s'))
    const refreshed = await source?.readFiles()
    expect(refreshed?.operations[0]?.timeoutMs).toBe(10_000)
    expect(refreshed?.operations[0]?.token.reveal()).toBe('test-token-b')
    expect((await source?.readAll())?.operations[0]?.timeoutMs).toBe(20_000)
    writeFileSync(path, content('20'))
    expect((await source?.readFiles())?.operations[0]?.timeoutMs).toBe(10_000)
    await expect(source?.readAll()).rejects.toThrow(`${path}:1:60: operations[0].timeout: must be a duration`)
    writeFileSync(join(dirname(path), 'token'), '')
    await expect(source?.readFiles()).rejects.toThrow('operations[0].token_file: is empty')
  })

  it('make another operation if there is another key of the pseudonyms', async () => {
    const path = writeConfigFile(`agent_id: hash\nhash_key_file: hash-key\noperations: [${A}]`)
    const { source, operations } = await readConfigFile(path, '--config.file', {})
    writeFileSync(join(dirname(path), 'hash-key'), 'other-key-0123456789')
    const refreshed = await source?.readFiles()
    const [[before], [after]] = [operations, refreshed?.operations ?? []]
    expect(after?.hashKey?.reveal()).toBe('other-key-0123456789')
    expect(before && after && haveSameSettings(before, after)).toBe(false)
    writeFileSync(join(dirname(path), 'hash-key'), 'short')
    await expect(source?.readFiles()).rejects.toThrow('hash_key_file: is shorter than 16 bytes')
  })
})

describe('the environment', () => {
  const good = `operations: [${A}]`

  it.each(variableSettings)('may not set %s (%s) together with a file', async (_, variable) => {
    expect(await problemsOfFile(good, { [variable]: 'test-token-b' })).toEqual([
      expect.stringMatching(
        `^${variable}: set together with the configuration file; unset it, or move it to `,
      ),
    ])
    expect(await problemsOfFile(good, { [variable]: ' ' })).toEqual([])
  })

  it('may have a variable that a token_env names', async () => {
    const content = `operations:
  - { name: a, server: "0042", token_env: WOLKVOX_TOKEN }
  - { name: b, server: "0043", token_env: WOLKVOX_TOKEN_B }
`
    const { operations, warnings } = await readFileWith(content, {
      WOLKVOX_TOKEN: 'test-token-a',
      WOLKVOX_TOKEN_B: 'test-token-b',
    })
    expect(operations.map(({ token }) => token.reveal())).toEqual(['test-token-a', 'test-token-b'])
    expect(warnings).toEqual([])
  })

  it('chooses the proxy of operations without one', async () => {
    const content = `operations: [${A}, { name: b, server: "0043", token: test-token-b, proxy_url: none }]`
    const { operations } = await readFileWith(content, { HTTPS_PROXY: 'http://proxy:3128' })
    expect(operations.map(({ route }) => [route.proxy?.url, route.source])).toEqual([
      ['http://proxy:3128', 'HTTPS_PROXY'],
      [undefined, 'proxy_url'],
    ])
    expect(await problemsOfFile(content, { HTTPS_PROXY: 'socks5://proxy' })).toEqual([
      expect.stringMatching(/^HTTPS_PROXY: is a SOCKS proxy/),
    ])
  })

  it('gives warnings about unknown variables', async () => {
    const { warnings } = await readFileWith(good, { WOLKVOX_LICENCES: '5' })
    expect(warnings).toEqual(['WOLKVOX_LICENCES: unknown variable; did you mean WOLKVOX_LICENSES?'])
  })
})

describe('warnings', () => {
  const warningsOf = async (content: string) => {
    const path = writeConfigFile(content)
    return (await readConfigFile(path, '--config.file', {})).warnings.map((warning) =>
      warning.replace(`${path}:`, ''),
    )
  }

  it('are about a threshold that wolkvox always sends, where it is written', async () => {
    expect(
      await warningsOf(`service_level_seconds: 10
operations:
  - { name: a, server: "0042", token: test-token-a, reports: skills }
  - { name: b, server: "0043", token: test-token-b, reports: skills }
  - name: c
    server: "0044"
    token: test-token-c
    reports: { skills: { service_level_seconds: 30 } }
  - { name: d, server: "0045", token: test-token-d, reports: skills, service_level_seconds: 40 }
`),
    ).toEqual([
      '1:1: service_level_seconds: 10 changes nothing, because wolkvox always sends 10, 20 and 30; remove it, or set another value',
      '8:26: operations[2].reports.skills.service_level_seconds: 30 changes nothing, because wolkvox always sends 10, 20 and 30; remove it, or set another value',
    ])
  })

  it('are about a threshold without the report skills, unless it is a default that another operation needs', async () => {
    const withDefault = (reports: string) =>
      warningsOf(`service_level_seconds: 40
operations:
  - { name: a, server: "0042", token: test-token-a, reports: agents }
  - { name: b, server: "0043", token: test-token-b, reports: ${reports} }
`)
    const message = 'has no effect without the report skills; add it to reports'
    expect(await withDefault('skills')).toEqual([])
    expect(await withDefault('latency')).toEqual([`1:1: service_level_seconds: ${message}`])
    expect(
      await warningsOf(`operations:
  - { name: a, server: "0042", token: test-token-a, reports: skills, service_level_seconds: 40 }
  - { name: b, server: "0043", token: test-token-b, service_level_seconds: 40 }
`),
    ).toEqual([`3:53: operations[1].service_level_seconds: ${message}`])
  })

  it('have the place of the setting, and are there once for a default', async () => {
    const path = writeConfigFile(`refresh_interval: 1m
operations:
  - ${A}
  - { name: b, server: "0043", token: test-token-b }
  - { name: c, server: "0044", token: test-token-c, refresh_interval: 2m, timeout: 3m }
`)
    expect((await readConfigFile(path, '--config.file', {})).warnings).toEqual([
      `${path}:1:1: refresh_interval: 1m is shorter than the 5m that wolkvox suggests; every call counts against the daily quota`,
      `${path}:5:53: operations[2].refresh_interval: 2m is shorter than the 5m that wolkvox suggests; every call counts against the daily quota`,
      `${path}:5:75: operations[2].timeout: 3m is longer than the refresh interval of 2m; a slow request skips the next refreshes`,
    ])
  })

  it('have the place of the shortest interval in the list of reports', async () => {
    expect(
      await warningsOf(`refresh_interval: 5m
operations:
  - name: a
    server: "0042"
    token: test-token-a
    reports:
      agents: { refresh_interval: 3m }
      skills: { refresh_interval: 2m }
`),
    ).toEqual([
      '8:17: operations[0].reports.skills.refresh_interval: 2m is shorter than the 5m that wolkvox suggests; every call counts against the daily quota',
    ])
  })
})

describe('the file is named', () => {
  const path = () => writeConfigFile(`operations: [${A}]`)
  const read = (argv: readonly string[], environment = {}) => readConfig(parseArguments(argv), environment)

  it.each([
    ['by the flag', (file: string) => read([`--config.file=${file}`])],
    ['by the variable', (file: string) => read([], { WOLKVOX_CONFIG_FILE: file })],
    ['by both', (file: string) => read(['--config.file', file], { WOLKVOX_CONFIG_FILE: file })],
    [
      'by the variable, with an empty flag',
      (file: string) => read(['--config.file='], { WOLKVOX_CONFIG_FILE: file }),
    ],
  ])('%s', async (_, readFile) => {
    expect((await readFile(path())).operations).toHaveLength(1)
  })

  it('by neither, so that the environment is read', async () => {
    const environment = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token', WOLKVOX_CONFIG_FILE: '' }
    expect((await read([], environment)).operations[0]?.name).toBe('0042')
  })

  it('by the flag and the variable differently, which is an error', async () => {
    await expect(read([`--config.file=${path()}`], { WOLKVOX_CONFIG_FILE: 'other.yml' })).rejects.toThrow(
      'WOLKVOX_CONFIG_FILE: names another file than --config.file; keep one of the two',
    )
  })

  it.each([
    [['--config.file=/none.yml'], {}, '--config.file: cannot be read (ENOENT)'],
    [[], { WOLKVOX_CONFIG_FILE: '/none.yml' }, 'WOLKVOX_CONFIG_FILE: cannot be read (ENOENT)'],
    [[], { WOLKVOX_CONFIG_FILE: '~/config.yml' }, 'WOLKVOX_CONFIG_FILE: starts with ~'],
  ])('with what is wrong with it: %j %j', async (argv, environment, problem) => {
    await expect(read(argv, environment)).rejects.toThrow(problem)
  })

  it.each(['demo', 'simulate'])('not for %s', (command) => {
    expect(() => parseArguments([command, '--config.file=config.yml'])).toThrow(
      `--config.file: ${command} simulates its operation; remove it`,
    )
  })
})

it('loads the example of the documented form, with every kind of setting', async () => {
  const operation = await operationOf(`# yaml-language-server: $schema=config.schema.json
refresh_interval: 5m          # anything here is the default of every operation
agent_name: plain
operations:
  - name: ventas-bogota
    server: "0042"
    token_file: token
    licenses: 50
    reports:
      agents: {}
      skills: { service_level_seconds: 30 }
      latency: { refresh_interval: 15m }
    states: { Almuerzo: aux, "En línea": talk }
    agents: { exclude: ["^9", "prueba"] }
`)
  expect(operation).toMatchObject({
    name: 'ventas-bogota',
    reports: [
      { name: 'agents' },
      { parameters: { serviceLevelSeconds: 30 } },
      { refreshIntervalMs: 900_000 },
    ],
    states: { almuerzo: 'aux', 'en linea': 'talk' },
    agentFilter: { include: [], exclude: ['^9', 'prueba'] },
  })
})

it('reads an empty list or mapping of an operation as none, instead of the default of the file', async () => {
  const { operations } = await readFileWith(`
metrics: { exclude: [wolkvox_agent_ring_seconds] }
agents: { include: ["^1"], exclude: [prueba] }
states: { Almuerzo: aux }
operations:
  - { name: a, server: "0042", token: test-token-a, agents: { include: [] } }
  - { name: b, server: "0043", token: test-token-b, metrics: { exclude: [] }, agents: { include: [], exclude: [] }, states: {} }
  - { name: c, server: "0044", token: test-token-c }
`)
  const [some, none, inherited] = operations
  const defaults = { excludedMetrics: ['wolkvox_agent_ring_seconds'], states: { almuerzo: 'aux' } }
  expect(some).toMatchObject({ ...defaults, agentFilter: { include: [], exclude: ['prueba'] } })
  expect(inherited).toMatchObject({ ...defaults, agentFilter: { include: ['^1'], exclude: ['prueba'] } })
  expect(none?.excludedMetrics).toBeUndefined()
  expect(none).not.toHaveProperty('agentFilter')
  expect(none).not.toHaveProperty('states')
})
