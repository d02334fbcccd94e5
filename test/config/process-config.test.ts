import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { logFormats, logLevels, readFlags } from '../../src/config/process-config.ts'

const read = (...argv: string[]) => readFlags(parseArguments(argv))

function problemsOf(...argv: string[]): readonly string[] {
  try {
    read(...argv)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

it('has the documented defaults', () => {
  expect(read()).toEqual({
    listenAddresses: [{ host: undefined, port: 9989 }],
    telemetryPath: '/metrics',
    webConfigFile: '',
    autoReload: false,
    enableLifecycle: false,
    storagePath: 'data/',
    logLevel: 'info',
    logFormat: undefined,
  })
})

describe('--web.listen-address', () => {
  it('may be repeated', () => {
    expect(
      read('--web.listen-address=127.0.0.1:0', '--web.listen-address=[::1]:9989').listenAddresses,
    ).toEqual([
      { host: '127.0.0.1', port: 0 },
      { host: '::1', port: 9989 },
    ])
  })

  it('is rejected for each invalid address', () => {
    expect(
      problemsOf('--web.listen-address=9989', '--web.listen-address=:1', '--web.listen-address='),
    ).toEqual([
      '--web.listen-address: 9989 must be [host]:port, such as :9989, or unix: with an absolute path of at most 103 bytes',
      '--web.listen-address:  must be [host]:port, such as :9989, or unix: with an absolute path of at most 103 bytes',
    ])
  })
})

describe('--web.telemetry-path', () => {
  it.each(['/', '/metrics', '/probe/metrics.txt', '/a-b_c~d', '/-metrics', '/..a/.b/'])(
    'may be %s',
    (path) => {
      expect(read(`--web.telemetry-path=${path}`).telemetryPath).toBe(path)
    },
  )

  it.each([
    ['is empty', ''],
    ['does not start with a slash', 'metrics'],
    ['is a URL', 'http://localhost/metrics'],
    ['has a query', '/metrics?a=b'],
    ['has a fragment', '/metrics#a'],
    ['contains a parameter', '/:metrics'],
    ['contains a wildcard', '/*'],
    ['contains a percent sign', '/%6d'],
    ['has a dot segment', '/./metrics'],
    ['ends in a dot segment', '/metrics/.'],
    ['leaves a folder', '/a/../metrics'],
    ['leaves a folder at its end', '/a/..'],
    ['has an encoded dot segment', '/a/%2e%2e/b'],
    ['has an empty segment', '/a//b'],
    ['starts with two slashes', '//metrics'],
    ['contains a quote', '/"onclick="'],
    ['contains space', '/my metrics'],
    ['ends in a line break', '/metrics\n'],
    ['is the path of the health check', '/-/healthy'],
    ['is the path of the readiness check', '/-/ready'],
    ['is below /-/', '/-/metrics'],
    ['is /-/', '/-/'],
    ['is the path of service discovery', '/sd'],
    ['is the path of service discovery with a slash', '/sd/'],
    ['is /-', '/-'],
  ])('is rejected if it %s', (_, path) => {
    expect(problemsOf(`--web.telemetry-path=${path}`)).toEqual([
      '--web.telemetry-path: must start with / and have only plain characters, such as /metrics; /-/ and /sd are reserved',
    ])
  })
})

describe('the log', () => {
  it.each(logLevels)('may have the level %s', (level) => {
    expect(read(`--log.level=${level}`).logLevel).toBe(level)
  })

  it.each(logFormats)('may have the format %s', (format) => {
    expect(read(`--log.format=${format}`).logFormat).toBe(format)
  })

  it.each([
    ['level', '--log.level', 'verbose', logLevels],
    ['level', '--log.level', 'INFO', logLevels],
    ['level', '--log.level', '', logLevels],
    ['format', '--log.format', 'logfmt', logFormats],
    ['format', '--log.format', '', logFormats],
  ])('has no other %s: %s=%s', (_, flag, text, choices) => {
    expect(problemsOf(`${flag}=${text}`)).toEqual([`${flag}: must be one of ${choices.join(', ')}`])
  })
})

describe('--storage.path', () => {
  it.each(['data/', '/var/lib/wolkvox-exporter', '/mnt/disk #1', ''])('may be "%s"', (path) => {
    expect(read(`--storage.path=${path}`).storagePath).toBe(path)
  })
})

describe('quotes that no shell removes', () => {
  it.each([
    ['--web.listen-address', ':9989'],
    ['--web.telemetry-path', '/metrics'],
    ['--storage.path', '/data'],
    ['--log.level', 'info'],
    ['--log.format', 'json'],
  ])('are rejected in %s with one problem', (flag, text) => {
    expect(problemsOf(`${flag}="${text}"`)).toEqual([`${flag}: looks quoted; remove the surrounding quotes`])
    expect(problemsOf(`${flag}='${text}'`)).toHaveLength(1)
    expect(problemsOf(`${flag}=${text}`)).toEqual([])
  })

  it('do not hide the problems of other flags', () => {
    expect(
      problemsOf('--storage.path="/data"', '--log.level=x').map((problem) => problem.split(':')[0]),
    ).toEqual(['--storage.path', '--log.level'])
  })

  it.each(['~/data', '$HOME/data', `\${HOME}/data`])('are like %s, which no shell expands', (path) => {
    expect(problemsOf(`--storage.path=${path}`)).toEqual([
      expect.stringMatching(/^--storage\.path: .*variable/),
    ])
  })
})

it.each([
  ['--web.enable-lifecycle', { enableLifecycle: true }],
  ['--no-web.enable-lifecycle', { enableLifecycle: false }],
  ['--config.auto-reload', { autoReload: true }],
  ['--no-config.auto-reload', { autoReload: false }],
])('reads %s', (flag, expected) => {
  expect(read(flag)).toMatchObject(expected)
})

it('reports all problems together', () => {
  const problems = problemsOf(
    '--config.file=~/a',
    '--web.config.file=~/b',
    '--web.listen-address=d',
    '--web.telemetry-path=e',
    '--log.level=f',
    '--log.format=g',
  )
  expect(problems.map((problem) => problem.slice(0, problem.indexOf(':')))).toEqual([
    '--config.file',
    '--web.config.file',
    '--web.listen-address',
    '--web.telemetry-path',
    '--log.level',
    '--log.format',
  ])
})
