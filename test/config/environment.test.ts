import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { type Environment, variableSettings, variables } from '../../src/config/variables.ts'
import { reports } from '../../src/reports/index.ts'

const REQUIRED = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token' }

const folder = mkdtempSync(join(tmpdir(), 'wolkvox-exporter-'))
afterAll(() => rmSync(folder, { recursive: true }))

function tokenFile(content: string | Buffer): string {
  const path = join(mkdtempSync(join(folder, 'token-')), 'token')
  writeFileSync(path, content)
  return path
}

async function operationOf(environment: Environment) {
  const { operations } = await readEnvironment(environment)
  expect(operations).toHaveLength(1)
  const [operation] = operations
  if (operation === undefined) throw new Error('there is no operation')
  return operation
}

async function problemsOf(environment: Environment): Promise<readonly string[]> {
  try {
    await readEnvironment(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

/** The operation with the settings of its only report. */
async function flatOperationOf(environment: Environment) {
  const { reports, ...operation } = await operationOf(environment)
  expect(reports).toHaveLength(1)
  const { name: report, ...settings } = reports[0] ?? {}
  return { report, ...settings, ...operation }
}

const nameOf = (problem: string) => problem.slice(0, problem.indexOf(':'))

describe('with only the required variables', () => {
  it('reads one operation with the documented defaults', async () => {
    const { token, ...rest } = await flatOperationOf(REQUIRED)
    expect(rest).toEqual({
      name: '0042',
      report: 'agents',
      server: '0042',
      baseUrl: 'https://wv0042.wolkvox.com',
      route: { proxy: undefined, source: undefined },
      caCertificates: undefined,
      licenses: undefined,
      timeZone: 'America/Bogota',
      refreshIntervalMs: 300_000,
      timeoutMs: 60_000,
      staleAfterMs: 900_000,
      maxResponseBytes: 67_108_864,
      agentName: 'plain',
      priority: 0,
      agentId: 'plain',
      hashKey: undefined,
    })
    expect(token.reveal()).toBe('test-token')
  })

  it('gives no warning', async () => {
    expect((await readEnvironment({ ...REQUIRED, PATH: '/bin', HOME: '/' })).warnings).toEqual([])
  })
})

describe('reads', () => {
  it.each([
    ['WOLKVOX_SERVER', '0042', 'server', '0042'],
    ['WOLKVOX_SERVER', '123456', 'server', '123456'],
    ['WOLKVOX_SERVER', 'ab-12', 'server', 'ab-12'],
    ['WOLKVOX_SERVER', 'a', 'server', 'a'],
    ['WOLKVOX_OPERATION', 'ventas-bogota', 'name', 'ventas-bogota'],
    ['WOLKVOX_OPERATION', 'Atención "día" 1', 'name', 'Atención "día" 1'],
    ['WOLKVOX_OPERATION', '"A" y "B"', 'name', '"A" y "B"'],
    ['WOLKVOX_OPERATION', "Ventas '26", 'name', "Ventas '26"],
    ['WOLKVOX_OPERATION', 'Ventas #1', 'name', 'Ventas #1'],
    ['WOLKVOX_OPERATION', 'x'.repeat(128), 'name', 'x'.repeat(128)],
    ['WOLKVOX_BASE_URL', 'http://127.0.0.1:9988', 'baseUrl', 'http://127.0.0.1:9988'],
    ['WOLKVOX_BASE_URL', 'https://proxy.example/wolkvox//', 'baseUrl', 'https://proxy.example/wolkvox'],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com.', 'baseUrl', 'https://wv0042.wolkvox.com.'],
    ['WOLKVOX_BASE_URL', 'https://a.example/api/v2x', 'baseUrl', 'https://a.example/api/v2x'],
    ['WOLKVOX_BASE_URL', 'http://[::1]:9988/', 'baseUrl', 'http://[::1]:9988'],
    ['WOLKVOX_BASE_URL', 'http://wolkvox_mock:9988/api', 'baseUrl', 'http://wolkvox_mock:9988/api'],
    ['WOLKVOX_LICENSES', '1', 'licenses', 1],
    ['WOLKVOX_LICENSES', '999999', 'licenses', 999_999],
    ['WOLKVOX_TIMEZONE', 'Europe/Madrid', 'timeZone', 'Europe/Madrid'],
    ['WOLKVOX_TIMEZONE', 'UTC', 'timeZone', 'UTC'],
    ['WOLKVOX_TIMEZONE', 'EST5EDT', 'timeZone', 'EST5EDT'],
    ['WOLKVOX_TIMEZONE', 'PST8PDT', 'timeZone', 'PST8PDT'],
    ['WOLKVOX_TIMEZONE', 'NZ-CHAT', 'timeZone', 'NZ-CHAT'],
    ['WOLKVOX_TIMEZONE', 'GMT+0', 'timeZone', 'GMT+0'],
    ['WOLKVOX_TIMEZONE', 'Etc/GMT+5', 'timeZone', 'Etc/GMT+5'],
    ['WOLKVOX_REFRESH_INTERVAL', '1s', 'refreshIntervalMs', 1000],
    ['WOLKVOX_REFRESH_INTERVAL', '1d', 'refreshIntervalMs', 86_400_000],
    ['WOLKVOX_TIMEOUT', '1m30s', 'timeoutMs', 90_000],
    ['WOLKVOX_STALE_AFTER', '1h', 'staleAfterMs', 3_600_000],
    ['WOLKVOX_MAX_RESPONSE_BYTES', '1KiB', 'maxResponseBytes', 1024],
    ['WOLKVOX_MAX_RESPONSE_BYTES', '256MiB', 'maxResponseBytes', 268_435_456],
    ['WOLKVOX_AGENT_NAME', 'plain', 'agentName', 'plain'],
    ['WOLKVOX_AGENT_ID', 'plain', 'agentId', 'plain'],
    ['WOLKVOX_AGENT_NAME', 'omit', 'agentName', 'omit'],
  ] as const)('%s=%s', async (variable, text, setting, value) => {
    expect((await flatOperationOf({ ...REQUIRED, [variable]: text }))[setting]).toBe(value)
  })

  it.each([
    '!!!!!!',
    '~~~~~~',
    'a'.repeat(4096),
    'abc$def',
    'abcde$',
    `abc\${def}`,
    'abc#def',
    '#abcde',
    "abc'de",
    'abcd==',
    'ABCD==',
    'a:b=cd',
    '7b74-6b7d',
  ])('any printable ASCII characters as the token: %.20s', async (text) => {
    expect((await operationOf({ ...REQUIRED, WOLKVOX_TOKEN: text })).token.reveal()).toBe(text)
  })

  it('values without outer white space', async () => {
    const { server, token, agentName } = await operationOf({
      WOLKVOX_SERVER: ' 0042\n',
      WOLKVOX_TOKEN: 'test-token\r\n',
      WOLKVOX_AGENT_NAME: '\tomit ',
    })
    expect([server, token.reveal(), agentName]).toEqual(['0042', 'test-token', 'omit'])
  })

  it('the default base URL and name from the server code', async () => {
    const { baseUrl, name } = await operationOf({ ...REQUIRED, WOLKVOX_SERVER: '0815' })
    expect([baseUrl, name]).toEqual(['https://wv0815.wolkvox.com', '0815'])
  })

  it.each([
    ['three intervals', { WOLKVOX_REFRESH_INTERVAL: '10m' }, 1_800_000],
    ['three intervals if the timeout is twice the interval', { WOLKVOX_REFRESH_INTERVAL: '30s' }, 90_000],
    ['interval plus timeout if that is longer', { WOLKVOX_REFRESH_INTERVAL: '5s' }, 65_000],
    [
      'interval plus timeout with a configured timeout',
      { WOLKVOX_REFRESH_INTERVAL: '1m', WOLKVOX_TIMEOUT: '5m' },
      360_000,
    ],
  ])('%s as the default of stale_after', async (_, times, ms) => {
    expect((await flatOperationOf({ ...REQUIRED, ...times })).staleAfterMs).toBe(ms)
  })

  it('a stale_after that equals interval plus timeout', async () => {
    const times = { WOLKVOX_REFRESH_INTERVAL: '10m', WOLKVOX_TIMEOUT: '30s', WOLKVOX_STALE_AFTER: '10m30s' }
    expect((await flatOperationOf({ ...REQUIRED, ...times })).staleAfterMs).toBe(630_000)
  })

  it('an empty variable as not set', async () => {
    const empty = Object.fromEntries(variables.map(([name]) => [name, '']))
    const blank = Object.fromEntries(variables.map(([name]) => [name, ' \n']))
    const plain = inspect(await readEnvironment(REQUIRED))
    expect(inspect(await readEnvironment({ ...empty, ...REQUIRED }))).toBe(plain)
    expect(inspect(await readEnvironment({ ...blank, ...REQUIRED }))).toBe(plain)
  })
})

describe('rejects', () => {
  const aDuration = 'must be a duration between 1s and 1d'
  const aLongDuration = 'must be a duration between 1s and 7d'
  const aSize = 'must be a size between 1KiB and 256MiB'
  const aUrl = 'must be an http(s) URL without user, password or query'

  it.each([
    ['WOLKVOX_SERVER', '', 'missing; set it to the server code'],
    ['WOLKVOX_SERVER', 'wv0042.wolkvox.com', 'must be only the server code'],
    ['WOLKVOX_SERVER', '0042/evil', 'must be only the server code'],
    ['WOLKVOX_SERVER', '0042@evil', 'must be only the server code'],
    ['WOLKVOX_SERVER', '0042#', 'must be only the server code'],
    ['WOLKVOX_SERVER', '00 42', 'must be only the server code'],
    ['WOLKVOX_SERVER', '00\n42', 'must be only the server code'],
    ['WOLKVOX_SERVER', '4'.repeat(60), 'must be only the server code'],
    ['WOLKVOX_SERVER', 'wv0042', 'must be only the server code'],
    ['WOLKVOX_SERVER', 'WV0042', 'must be only the server code'],
    ['WOLKVOX_SERVER', 'https://wv0042.wolkvox.com', 'must be only the server code'],
    ['WOLKVOX_SERVER', '-42', 'must be only the server code'],
    ['WOLKVOX_SERVER', '0042-', 'must be only the server code'],
    ['WOLKVOX_SERVER', '34', 'must have at least four digits, such as 0042; keep the leading zeros'],
    ['WOLKVOX_SERVER', '7', 'must have at least four digits'],
    ['WOLKVOX_SERVER', '042', 'must have at least four digits'],
    ['WOLKVOX_TOKEN', '', 'is empty; set it to the wolkvox token'],
    ['WOLKVOX_TOKEN', 'test token', 'must be printable ASCII characters'],
    ['WOLKVOX_TOKEN', 'test\ntoken', 'has several lines; leave only the token'],
    ['WOLKVOX_TOKEN', 'test-tokén', 'must be printable ASCII characters'],
    ['WOLKVOX_TOKEN', 'test-token\u0000', 'must be printable ASCII characters'],
    ['WOLKVOX_OPERATION', 'ven\u0007tas', 'must be 1 to 128 printable characters'],
    ['WOLKVOX_OPERATION', 'ven\ntas', 'must be 1 to 128 printable characters'],
    ['WOLKVOX_OPERATION', 'x'.repeat(129), 'must be 1 to 128 printable characters'],
    ['WOLKVOX_BASE_URL', 'wv0042.wolkvox.com', aUrl],
    ['WOLKVOX_BASE_URL', '/wolkvox', aUrl],
    ['WOLKVOX_BASE_URL', 'ftp://wv0042.wolkvox.com', aUrl],
    ['WOLKVOX_BASE_URL', 'file:///etc/passwd', aUrl],
    ['WOLKVOX_BASE_URL', 'https://user@example.org', aUrl],
    ['WOLKVOX_BASE_URL', 'https://user:password@example.org', aUrl],
    ['WOLKVOX_BASE_URL', 'https://example.org/?a=b', aUrl],
    ['WOLKVOX_BASE_URL', 'https://example.org/?', aUrl],
    ['WOLKVOX_BASE_URL', 'https://example.org/#a', aUrl],
    ['WOLKVOX_BASE_URL', 'https://example.org/#', aUrl],
    ['WOLKVOX_BASE_URL', 'https:wv0042.wolkvox.com', aUrl],
    ['WOLKVOX_BASE_URL', 'https:/wv0042.wolkvox.com', aUrl],
    ['WOLKVOX_BASE_URL', 'https:///wv0042.wolkvox.com', aUrl],
    ['WOLKVOX_BASE_URL', 'https:\\\\wv0042.wolkvox.com', aUrl],
    ['WOLKVOX_BASE_URL', 'https://wv{server}.wolkvox.com', aUrl],
    ['WOLKVOX_BASE_URL', 'https://wv..wolkvox.com', aUrl],
    ['WOLKVOX_BASE_URL', 'https://.wolkvox.com', aUrl],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com..', aUrl],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com:0', aUrl],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com/api/v2/real', 'must end before /api/v2'],
    ['WOLKVOX_BASE_URL', 'https://proxy.example/a/api/v2/b/', 'must end before /api/v2'],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com/api/v2/real_time.php?api=agents', aUrl],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com /', 'contains white space'],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com/a b', 'contains white space'],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolk\tvox.com', 'contains white space'],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com/api/v2', 'must end before /api/v2'],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com/API/V2//', 'must end before /api/v2'],
    ['WOLKVOX_BASE_URL', 'https://proxy.example/wolkvox/api/v2/', 'must end before /api/v2'],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com/api/v2/real_time.php', 'must end before /api/v2'],
    ['WOLKVOX_BASE_URL', 'https://wv0042.wolkvox.com/real_time.php/', 'must end before /api/v2'],
    ['WOLKVOX_LICENSES', '0', 'must be the number of licences'],
    ['WOLKVOX_LICENSES', '-5', 'must be the number of licences'],
    ['WOLKVOX_LICENSES', '1.5', 'must be the number of licences'],
    ['WOLKVOX_LICENSES', '1,000', 'must be the number of licences'],
    ['WOLKVOX_LICENSES', '1000000', 'must be the number of licences'],
    ['WOLKVOX_LICENSES', 'fifty', 'must be the number of licences'],
    ['WOLKVOX_TIMEZONE', 'Bogota', 'must be an IANA time zone such as America/Bogota'],
    ['WOLKVOX_TIMEZONE', 'America/Bogotá', 'must be an IANA time zone such as America/Bogota'],
    ['WOLKVOX_TIMEZONE', '-05:00', 'must be an IANA time zone such as America/Bogota'],
    ['WOLKVOX_TIMEZONE', 'EST5COT', 'must be an IANA time zone such as America/Bogota'],
    ['WOLKVOX_TIMEZONE', 'COT', 'must be an IANA time zone such as America/Bogota'],
    ['WOLKVOX_REFRESH_INTERVAL', '300', aDuration],
    ['WOLKVOX_REFRESH_INTERVAL', '0s', aDuration],
    ['WOLKVOX_REFRESH_INTERVAL', '999ms', aDuration],
    ['WOLKVOX_REFRESH_INTERVAL', '1d1ms', aDuration],
    ['WOLKVOX_REFRESH_INTERVAL', '-5m', aDuration],
    ['WOLKVOX_TIMEOUT', '60', aDuration],
    ['WOLKVOX_TIMEOUT', '0', aDuration],
    ['WOLKVOX_STALE_AFTER', 'never', aLongDuration],
    ['WOLKVOX_MAX_RESPONSE_BYTES', '1023', aSize],
    ['WOLKVOX_MAX_RESPONSE_BYTES', '257MiB', aSize],
    ['WOLKVOX_MAX_RESPONSE_BYTES', '64M', aSize],
    ['WOLKVOX_AGENT_ID', 'omit', 'must be one of plain, hash'],
    ['WOLKVOX_AGENT_ID', 'Hash', 'must be one of plain, hash'],
    ['WOLKVOX_AGENT_NAME', 'none', 'must be one of plain, hash, omit'],
    ['WOLKVOX_AGENT_NAME', 'Plain', 'must be one of plain, hash, omit'],
  ])('%s=%j and says what to do', async (variable, text, message) => {
    const problems = await problemsOf({ ...REQUIRED, [variable]: text })
    expect(problems).toEqual([expect.stringContaining(message)])
    expect(problems.map(nameOf)).toEqual([variable])
  })

  it.each([
    ['the interval', '5m', {}, '6m: the refresh interval (5m) plus the timeout (1m)'],
    ['almost interval plus timeout', '5m59s', {}, '6m: the refresh interval (5m) plus the timeout (1m)'],
    [
      'a configured interval and timeout',
      '1h30m',
      { WOLKVOX_REFRESH_INTERVAL: '1h30m', WOLKVOX_TIMEOUT: '10s' },
      '1h30m10s: the refresh interval (1h30m) plus the timeout (10s)',
    ],
  ])('a stale_after that is too short: %s', async (_, staleAfter, times, message) => {
    expect(await problemsOf({ ...REQUIRED, ...times, WOLKVOX_STALE_AFTER: staleAfter })).toEqual([
      `WOLKVOX_STALE_AFTER: must be at least ${message}`,
    ])
  })

  it.each(['WOLKVOX_REFRESH_INTERVAL', 'WOLKVOX_TIMEOUT'])(
    'only %s if stale_after depends on it',
    async (variable) => {
      const times = { [variable]: 'often', WOLKVOX_STALE_AFTER: '2m' }
      expect((await problemsOf({ ...REQUIRED, ...times })).map(nameOf)).toEqual([variable])
    },
  )

  it('several wrong variables together', async () => {
    const bad: Readonly<Record<string, string>> = {
      WOLKVOX_SERVER: '?',
      WOLKVOX_TOKEN: 'test token',
      WOLKVOX_OPERATION: '\u0007',
      WOLKVOX_BASE_URL: '?',
      WOLKVOX_LICENSES: '?',
      WOLKVOX_TIMEZONE: '?',
      WOLKVOX_REFRESH_INTERVAL: '?',
      WOLKVOX_TIMEOUT: '?',
      WOLKVOX_STALE_AFTER: '?',
      WOLKVOX_MAX_RESPONSE_BYTES: '?',
      WOLKVOX_AGENT_NAME: '?',
      WOLKVOX_AGENT_ID: '?',
    }
    expect((await problemsOf(bad)).map(nameOf).toSorted()).toEqual(Object.keys(bad).toSorted())
  })

  it.each(variableSettings.map(([, variable]) => variable))(
    '%s without repeating the value, which may be the token',
    async (variable) => {
      const others = variable === 'WOLKVOX_TOKEN_FILE' ? { WOLKVOX_SERVER: '0042' } : REQUIRED
      const problems = await problemsOf({ ...others, [variable]: 'misplaced\u0007secret' })
      expect(problems).not.toEqual([])
      expect(problems.join('\n')).not.toMatch(/misplaced|secret/)
    },
  )
})

describe('the hint about a .env file', () => {
  const hint = expect.stringContaining('.env file in this folder is not read')
  const problemsBeside = async (environment: Environment, hasFile: boolean) => {
    const error = await readEnvironment(environment, async () => hasFile).catch((reason) => reason)
    return error.problems
  }

  it.each([
    ['the server is missing', { WOLKVOX_TOKEN: 'test-token' }],
    ['the token is missing', { WOLKVOX_SERVER: '0042' }],
  ])('is given if %s and the file exists', async (_, environment) => {
    expect(await problemsBeside(environment, true)).toContainEqual(hint)
    expect(await problemsBeside(environment, false)).not.toContainEqual(hint)
  })

  it('is not given if only other variables are wrong', async () => {
    expect(await problemsBeside({ ...REQUIRED, WOLKVOX_TIMEOUT: '?' }, true)).not.toContainEqual(hint)
  })
})

describe('the hint about the demo', () => {
  const hint = expect.stringContaining('npm run demo')

  it.each([
    ['nothing is set', {}],
    ['all variables are empty', { WOLKVOX_SERVER: '', WOLKVOX_TOKEN: ' ' }],
    ['only variables of other programs are set', { PATH: '/bin' }],
  ])('is given if %s', async (_, environment) => {
    const problems = await problemsOf(environment)
    expect(problems.toSorted()).toEqual([
      hint,
      expect.stringMatching(/^WOLKVOX_SERVER: missing/),
      expect.stringMatching(/^WOLKVOX_TOKEN: (missing|is empty)/),
    ])
    expect(problems.at(-1)).toEqual(hint)
  })

  it.each([
    ['the server code', { WOLKVOX_SERVER: '0042' }],
    ['the token', { WOLKVOX_TOKEN: 'test-token' }],
    ['an optional setting', { WOLKVOX_TIMEOUT: '10s' }],
  ])('is not given if %s is set', async (_, environment) => {
    expect(await problemsOf(environment)).not.toContainEqual(hint)
    expect(await problemsOf(environment)).not.toEqual([])
  })
})

describe('the token', () => {
  it.each([
    ['unchanged', 'test-token'],
    ['with a line break at its end', 'test-token\n'],
    ['with a Windows line break', 'test-token\r\n'],
    ['with blank lines around it', '\n\ntest-token\n\n'],
    ['with a byte order mark', '\uFEFFtest-token\n'],
  ])('is read from a file that contains it %s', async (_, content) => {
    const operation = await operationOf({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: tokenFile(content) })
    expect(operation.token.reveal()).toBe('test-token')
  })

  it.each([['contains bytes that are not text', Buffer.from([0x74, 0xff, 0xfe, 0x00])]])(
    'is rejected if its file %s',
    async (_, content) => {
      const problems = await problemsOf({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: tokenFile(content) })
      expect(problems).toEqual([
        expect.stringMatching(/^WOLKVOX_TOKEN_FILE: must be printable ASCII characters/),
      ])
    },
  )

  it.each([
    ['has two lines', 'test-token\nanother\n', 'has several lines; leave only the token'],
    ['has a comment above', '# of ventas\ntest-token\n', 'has several lines; leave only the token'],
    ['is an env file', 'WOLKVOX_TOKEN=test-token\n', 'starts with a name, such as WOLKVOX_TOKEN=; leave'],
    ['is a script', 'export WOLKVOX_TOKEN=test-token\n', 'starts with a name, such as WOLKVOX_TOKEN=; leave'],
    ['is a header', 'wolkvox-token: test-token\n', 'starts with a name, such as WOLKVOX_TOKEN=; leave'],
    ['is empty', '', 'is empty; write the token into the file'],
    ['has only line breaks', '\n\n', 'is empty; write the token into the file'],
    ['is quoted', '"test-token"\n', 'looks quoted; remove the surrounding quotes'],
    ['is UTF-16', Buffer.from('\uFEFFtest-token\r\n', 'utf16le'), 'is UTF-16; save it as UTF-8'],
    [
      'is UTF-16 with the other byte order',
      Buffer.from('\uFEFFtest-token', 'utf16le').swap16(),
      'is UTF-16; save it as UTF-8',
    ],
  ])('is rejected with a hint if its file %s', async (_, content, hint) => {
    const problems = await problemsOf({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: tokenFile(content) })
    expect(problems).toEqual([expect.stringContaining(`WOLKVOX_TOKEN_FILE: ${hint}`)])
    expect(problems.join()).not.toContain('test-token')
  })

  it.each([
    ['quoted', (path: string) => `"${path}"`, 'looks quoted; remove the surrounding quotes'],
    ['with a comment', (path: string) => `${path} # mine`, 'has a comment after the value'],
    ['with a tilde', () => '~/token', 'starts with ~ or a variable'],
    ['with a variable', () => '$HOME/token', 'starts with ~ or a variable'],
    ['with a variable in braces', () => `\${CREDENTIALS_DIRECTORY}/token`, 'contains a variable'],
  ])('is rejected with a hint if the path of its file is written %s', async (_, write, hint) => {
    const path = write(tokenFile('test-token'))
    const problems = await problemsOf({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: path })
    expect(problems).toEqual([expect.stringContaining(`WOLKVOX_TOKEN_FILE: ${hint}`)])
  })

  it.each([['does not exist', join(folder, 'missing'), 'ENOENT']])(
    'is rejected if its file %s',
    async (_, path, code) => {
      expect(await problemsOf({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: path })).toEqual([
        `WOLKVOX_TOKEN_FILE: cannot be read (${code}); set it to a file that this user can read`,
      ])
    },
  )

  it.each([
    ['is a folder', folder, 'is not a regular file'],
    ['is an endless device', '/dev/zero', 'is not a regular file'],
    ['is larger than any token', tokenFile('x'.repeat(65_537)), 'is too large'],
  ])('is rejected without reading if its file %s', async (_, path, problem) => {
    expect(await problemsOf({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: path })).toEqual([
      expect.stringContaining(`WOLKVOX_TOKEN_FILE: ${problem}; set it to`),
    ])
  })

  it('is rejected if it is given twice', async () => {
    expect(await problemsOf({ ...REQUIRED, WOLKVOX_TOKEN_FILE: tokenFile('test-token') })).toEqual([
      'WOLKVOX_TOKEN_FILE: set together with WOLKVOX_TOKEN; keep one of the two',
    ])
  })

  it('is read from its file if WOLKVOX_TOKEN is empty', async () => {
    const environment = { ...REQUIRED, WOLKVOX_TOKEN: '', WOLKVOX_TOKEN_FILE: tokenFile('other-test-token') }
    expect((await operationOf(environment)).token.reveal()).toBe('other-test-token')
  })

  it.each([
    ['a line break', 'test-token\nrest'],
    ['a space', 'test-token rest'],
    ['a non-ASCII letter', 'test-tokén-rest'],
  ])('is not in the message, even if it contains %s', async (_, token) => {
    const fromFile = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: tokenFile(token) }
    const problems = [
      ...(await problemsOf({ ...REQUIRED, WOLKVOX_TOKEN: token })),
      ...(await problemsOf(fromFile)),
    ]
    expect(problems).toHaveLength(2)
    expect(problems.join('\n')).not.toMatch(/test-|rest/)
  })

  it('is not in the printed configuration', async () => {
    const config = await readEnvironment({
      ...REQUIRED,
      WOLKVOX_TOKEN: 'test-token',
      WOLKVOX_TOKENS: 'test-token',
    })
    expect(inspect(config, { depth: null, showHidden: true }) + JSON.stringify(config)).not.toContain(
      'test-token',
    )
  })
})

describe('warns', () => {
  const warningsOf = async (environment: Environment) =>
    (await readEnvironment({ ...REQUIRED, ...environment })).warnings

  it.each(['WOLKVOX_SECRET', 'WOLKVOX_INTERVAL', 'WOLKVOX_ZONE'])(
    'about the unknown variable %s',
    async (name) => {
      expect(await warningsOf({ [name]: 'value' })).toEqual([`${name}: unknown variable; see --help`])
    },
  )

  it.each([
    ['WOLKVOX_LICENCES', 'WOLKVOX_LICENSES'],
    ['WOLKVOX_TOKENS', 'WOLKVOX_TOKEN'],
    ['WOLKVOX_TIME_ZONE', 'WOLKVOX_TIMEZONE'],
    ['WOLKVOX_REFRECH_INTERVAL', 'WOLKVOX_REFRESH_INTERVAL'],
    ['WOLKVOX_Server', 'WOLKVOX_SERVER'],
  ])('about %s, and suggests %s', async (name, similar) => {
    expect(await warningsOf({ [name]: 'value' })).toEqual([
      `${name}: unknown variable; did you mean ${similar}?`,
    ])
  })

  it.each([
    'WOLKVOX_SERVICE_HOST',
    'WOLKVOX_SERVICE_PORT',
    'WOLKVOX_SERVICE_PORT_METRICS',
    'WOLKVOX_PORT',
    'WOLKVOX_PORT_9989_TCP',
    'WOLKVOX_PORT_9989_TCP_ADDR',
    'WOLKVOX_EXPORTER_SERVICE_HOST',
    'WOLKVOX_EXPORTER_SERVICE_PORT_METRICS',
    'WOLKVOX_EXPORTER_PORT',
    'WOLKVOX_EXPORTER_PORT_9989_TCP_PROTO',
  ])('not about %s, which Kubernetes sets', async (name) => {
    expect(await warningsOf({ [name]: 'tcp://10.0.0.1:9989' })).toEqual([])
  })

  it.each([
    ['1s', ['WOLKVOX_REFRESH_INTERVAL', 'WOLKVOX_TIMEOUT']],
    ['1m', ['WOLKVOX_REFRESH_INTERVAL']],
    ['4m59s', ['WOLKVOX_REFRESH_INTERVAL']],
    ['5m', []],
    ['10m', []],
  ])('about a short interval: %s', async (interval, names) => {
    expect((await warningsOf({ WOLKVOX_REFRESH_INTERVAL: interval })).map(nameOf)).toEqual(names)
  })

  it.each([
    ['5m', []],
    [
      '5m1s',
      [
        'WOLKVOX_TIMEOUT: 5m1s is longer than the refresh interval of 5m; a slow request skips the next refreshes',
      ],
    ],
  ])('about a timeout that is longer than the interval: %s', async (timeout, warnings) => {
    expect(await warningsOf({ WOLKVOX_TIMEOUT: timeout })).toEqual(warnings)
  })

  it.each([
    ['40', 'agents,skills', []],
    [
      '20',
      'agents,skills',
      [
        'WOLKVOX_SERVICE_LEVEL_SECONDS: 20 changes nothing, because wolkvox always sends 10, 20 and 30; remove it, or set another value',
      ],
    ],
    [
      '40',
      'agents',
      ['WOLKVOX_SERVICE_LEVEL_SECONDS: has no effect without the report skills; add it to WOLKVOX_REPORTS'],
    ],
  ])('about a threshold without effect: %s with %s', async (threshold, reports, warnings) => {
    expect(await warningsOf({ WOLKVOX_SERVICE_LEVEL_SECONDS: threshold, WOLKVOX_REPORTS: reports })).toEqual(
      warnings,
    )
  })

  it.each(['\uFEFFWOLKVOX_SERVER', 'export WOLKVOX_SERVER'])(
    'about a name with characters before it: %j',
    async (name) => {
      expect(await warningsOf({ [name]: '0042' })).toEqual([
        'WOLKVOX_SERVER: has characters before its name, such as a byte order mark; remove them',
      ])
    },
  )

  it('about a short interval with its effect on the quota', async () => {
    expect(await warningsOf({ WOLKVOX_REFRESH_INTERVAL: '90s' })).toEqual([
      expect.stringMatching(/^WOLKVOX_REFRESH_INTERVAL: 1m30s is shorter than the 5m .* quota$/),
    ])
  })
})

describe('an interval that the licences do not allow', () => {
  const licensed = (licenses: string, interval: string) =>
    problemsOf({ ...REQUIRED, WOLKVOX_LICENSES: licenses, WOLKVOX_REFRESH_INTERVAL: interval })

  it('is rejected with the calculation', async () => {
    expect(await licensed('1', '30s')).toEqual([
      'WOLKVOX_REFRESH_INTERVAL: agents every 30s = 2,880 calls a day, more than the 1,000 that the licences allow ' +
        '(1 × 1,000); set it to 1m27s or longer',
    ])
    expect(await licensed('50', '1s')).toEqual([
      expect.stringContaining('86,400 calls a day, more than the 50,000'),
    ])
  })

  it('is not the shortest interval in the message, and not any interval without licences', async () => {
    const shortest = { ...REQUIRED, WOLKVOX_LICENSES: '1', WOLKVOX_REFRESH_INTERVAL: '1m27s' }
    expect((await flatOperationOf(shortest)).refreshIntervalMs).toBe(87_000)
    expect((await flatOperationOf({ ...REQUIRED, WOLKVOX_REFRESH_INTERVAL: '1s' })).refreshIntervalMs).toBe(
      1000,
    )
  })
})

describe('WOLKVOX_REPORTS', () => {
  const HOUR = 3_600_000
  const reportsWith = async (reports: string, others: Environment = {}) =>
    (await operationOf({ ...REQUIRED, WOLKVOX_REPORTS: reports, ...others })).reports

  it('lists reports, each with the default interval of that report', async () => {
    expect(await reportsWith('agents, token_info')).toEqual([
      { name: 'agents', refreshIntervalMs: 300_000, staleAfterMs: 900_000 },
      { name: 'token_info', refreshIntervalMs: HOUR, staleAfterMs: 3 * HOUR },
    ])
    expect((await reportsWith('token_info')).map(({ name }) => name)).toEqual(['token_info'])
  })

  it('uses the configured interval and stale_after for every report', async () => {
    const times = { WOLKVOX_REFRESH_INTERVAL: '10m', WOLKVOX_STALE_AFTER: '20m' }
    expect(await reportsWith('agents,token_info', times)).toEqual([
      { name: 'agents', refreshIntervalMs: 600_000, staleAfterMs: 1_200_000 },
      { name: 'token_info', refreshIntervalMs: 600_000, staleAfterMs: 1_200_000 },
    ])
  })

  const RULE = `must be a comma-separated list of ${reports.map(({ name }) => name).join(', ')}, each at most once`

  it.each(['agents,', 'agents token_info', ','])('rejects %j', async (reports) => {
    expect(await problemsOf({ ...REQUIRED, WOLKVOX_REPORTS: reports })).toEqual([`WOLKVOX_REPORTS: ${RULE}`])
  })

  it.each([
    ['agent', 'agent is not a report'],
    ['agents,tokens', 'tokens is not a report'],
    ['agents, agents', 'agents is listed twice'],
  ])('names the wrong entry of %j', async (reports, problem) => {
    expect(await problemsOf({ ...REQUIRED, WOLKVOX_REPORTS: reports })).toEqual([
      `WOLKVOX_REPORTS: ${problem}; ${RULE}`,
    ])
  })

  it.each(['test-token', 'token1', 'Token', 'a'.repeat(25)])(
    'does not repeat %j, which may be a token',
    async (reports) => {
      expect(await problemsOf({ ...REQUIRED, WOLKVOX_REPORTS: reports })).toEqual([
        `WOLKVOX_REPORTS: ${RULE}`,
      ])
    },
  )

  it('names the report whose interval is too long for stale_after', async () => {
    const settings = { WOLKVOX_REPORTS: 'agents,token_info', WOLKVOX_STALE_AFTER: '15m' }
    expect(await problemsOf({ ...REQUIRED, ...settings })).toEqual([
      'WOLKVOX_STALE_AFTER: must be at least 1h1m: the refresh interval of token_info (1h) plus the timeout (1m)',
    ])
  })

  it('counts the calls of all reports against the daily limit', async () => {
    const settings = { WOLKVOX_REPORTS: 'agents,token_info', WOLKVOX_LICENSES: '1' }
    expect(await problemsOf({ ...REQUIRED, ...settings, WOLKVOX_REFRESH_INTERVAL: '2m' })).toEqual([
      'WOLKVOX_REFRESH_INTERVAL: agents every 2m (720) + token_info every 2m (720) = 1,440 calls a day, more than ' +
        'the 1,000 that the licences allow (1 × 1,000); set every interval to 2m53s or longer, or choose fewer reports',
    ])
    expect(await problemsOf({ ...REQUIRED, ...settings, WOLKVOX_REFRESH_INTERVAL: '2m53s' })).toEqual([])
  })
})

it.each([
  ['WOLKVOX_OPERATION', 'ventas test-token'],
  ['WOLKVOX_BASE_URL', 'https://proxy.example/test-token'],
  ['WOLKVOX_SERVER', 'test-token'],
])('the token is refused in %s, which metrics, logs and file names show', async (variable, text) => {
  expect(await problemsOf({ ...REQUIRED, [variable]: text })).toEqual([
    `${variable}: contains the token; remove it`,
  ])
})
