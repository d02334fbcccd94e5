import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { commonFlags, parseArguments, simulatorFlags } from '../../src/config/flags.ts'

function problemOf(argv: readonly string[]): string {
  try {
    parseArguments(argv)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    expect(error.problems).toHaveLength(1)
    return error.problems.join()
  }
  throw new Error('nothing was rejected')
}

const flagsOf = (...argv: string[]) => Object.fromEntries(parseArguments(argv).flags)

describe('the command', () => {
  it('is serve by default', () => {
    expect(parseArguments([])).toEqual({ command: 'serve', flags: new Map() })
  })

  it.each([
    [['demo', '--log.level=debug']],
    [['--log.level=debug', 'demo']],
    [['--log.level', 'debug', 'demo']],
  ])('may come before or after the flags: %j', (argv) => {
    const { command, flags } = parseArguments(argv)
    expect([command, flags.get('log.level')]).toEqual(['demo', ['debug']])
  })

  it('may be given only once', () => {
    expect(problemOf(['serve', 'demo'])).toBe('several commands given: serve, demo; keep one, see --help')
  })
})

describe('a flag', () => {
  const texts = commonFlags.filter(({ type }) => type === 'string').map(({ name }) => name)
  const switches = commonFlags.filter(({ type }) => type === 'boolean').map(({ name }) => name)

  it.each(texts)('--%s is accepted in both forms', (name) => {
    expect(flagsOf(`--${name}=some text`)).toEqual({ [name]: ['some text'] })
    expect(flagsOf(`--${name}`, 'some text')).toEqual({ [name]: ['some text'] })
  })

  it.each(texts)('--%s may be empty in both forms', (name) => {
    expect(flagsOf(`--${name}=`)).toEqual({ [name]: [''] })
    expect(flagsOf(`--${name}`, '')).toEqual({ [name]: [''] })
  })

  it.each(switches)('--%s is a switch', (name) => {
    expect(parseArguments([`--${name}`]).flags.has(name)).toBe(true)
    expect(problemOf([`--${name}=true`])).toContain(`--${name}`)
  })

  it.each(switches)('--no-%s turns it off', (name) => {
    expect(flagsOf(`--no-${name}`)).toEqual({})
    expect(flagsOf(`--${name}`, `--no-${name}`)).toEqual({})
    expect(parseArguments([`--no-${name}`, `--${name}`]).flags.has(name)).toBe(true)
  })

  it('has a short form for help', () => {
    expect(flagsOf('-h')).toEqual({ help: ['true'] })
    expect(flagsOf('demo', '-h')).toEqual({ help: ['true'] })
  })

  it('keeps an equals sign in its value', () => {
    expect(flagsOf('--storage.path=a=b')).toEqual({ 'storage.path': ['a=b'] })
  })

  it('may be repeated if it is a listen address', () => {
    expect(flagsOf('--web.listen-address=:1', '--web.listen-address', '[::1]:2')).toEqual({
      'web.listen-address': [':1', '[::1]:2'],
    })
  })

  it('has its last value if it is given twice', () => {
    expect(flagsOf('--log.level=debug', '--log.level=warn')).toEqual({ 'log.level': ['warn'] })
  })

  it.each([
    ['unknown', ['--web.listen-adress=:1'], '--web.listen-adress'],
    ['with one dash', ['-web.telemetry-path=/m'], '-w'],
    ['short, but Prometheus has no such short flag', ['-v'], '-v'],
    ['in the wrong case', ['--Log.Level=debug'], '--Log.Level'],
    ['named as an abbreviation', ['--vers'], '--vers'],
    ['without its value', ['--log.level'], '--log.level'],
    ['negated but takes a value', ['--no-log.level'], '--no-log.level'],
    ['negated but unknown', ['--no-nonsense'], '--no-nonsense'],
    ['a property of JavaScript objects', ['--constructor'], '--constructor'],
    ['__proto__', ['--__proto__=a'], '--__proto__'],
  ])('is rejected if it is %s', (_, argv, named) => {
    expect(problemOf(argv)).toContain(`'${named}`)
    expect(problemOf(argv)).toMatch(/; see --help$/)
  })

  it('is rejected in a single line if the next flag takes the place of its value', () => {
    expect(problemOf(['--log.level', '--web.telemetry-path=/m'])).toMatch(/^.*--log\.level.*; see --help$/)
  })
})

describe("the simulator's flags", () => {
  const names = simulatorFlags.map(({ name }) => name)

  it.each(names.flatMap((name) => ['demo', 'simulate'].map((command) => [name, command] as const)))(
    '--%s is accepted by %s',
    (name, command) => {
      expect(flagsOf(command, `--${name}=1`)).toEqual({ [name]: ['1'] })
    },
  )

  it.each(
    names.flatMap((name) =>
      [['serve'], ['check-config'], ['healthcheck'], []].map((command) => [name, command] as const),
    ),
  )('--%s is rejected by %j', (name, command) => {
    expect(problemOf([...command, `--${name}=1`])).toBe(
      `--${name}: only for the commands demo and simulate; remove it`,
    )
  })
})
