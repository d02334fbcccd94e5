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
  throw new Error('nothing was refused')
}

const flagsOf = (...argv: string[]) => Object.fromEntries(parseArguments(argv).flags)

describe('the command', () => {
  it('is serve where none is named', () => {
    expect(parseArguments([])).toEqual({ command: 'serve', flags: new Map() })
  })

  it.each([
    [['demo', '--log.level=debug']],
    [['--log.level=debug', 'demo']],
    [['--log.level', 'debug', 'demo']],
  ])('may stand before or behind the flags: %j', (argv) => {
    const { command, flags } = parseArguments(argv)
    expect([command, flags.get('log.level')]).toEqual(['demo', ['debug']])
  })

  it('may not be two', () => {
    expect(problemOf(['serve', 'demo'])).toBe('one command at a time, not serve demo; see --help')
  })
})

describe('a flag', () => {
  const texts = commonFlags.filter(({ type }) => type === 'string').map(({ name }) => name)
  const switches = commonFlags.filter(({ type }) => type === 'boolean').map(({ name }) => name)

  it.each(texts)('--%s is taken in both spellings', (name) => {
    expect(flagsOf(`--${name}=some text`)).toEqual({ [name]: ['some text'] })
    expect(flagsOf(`--${name}`, 'some text')).toEqual({ [name]: ['some text'] })
  })

  it.each(texts)('--%s may be empty in both spellings', (name) => {
    expect(flagsOf(`--${name}=`)).toEqual({ [name]: [''] })
    expect(flagsOf(`--${name}`, '')).toEqual({ [name]: [''] })
  })

  it.each(switches)('--%s is a switch', (name) => {
    expect(parseArguments([`--${name}`]).flags.has(name)).toBe(true)
    expect(problemOf([`--${name}=true`])).toContain(`--${name}`)
  })

  it.each(switches)('--no-%s leaves it off, and takes it back', (name) => {
    expect(flagsOf(`--no-${name}`)).toEqual({})
    expect(flagsOf(`--${name}`, `--no-${name}`)).toEqual({})
    expect(parseArguments([`--no-${name}`, `--${name}`]).flags.has(name)).toBe(true)
  })

  it('may be short where it asks for help', () => {
    expect(flagsOf('-h')).toEqual({ help: ['true'] })
    expect(flagsOf('demo', '-h')).toEqual({ help: ['true'] })
  })

  it('keeps an equals sign in its value', () => {
    expect(flagsOf('--storage.path=a=b')).toEqual({ 'storage.path': ['a=b'] })
  })

  it('may be repeated where it names an address to listen on', () => {
    expect(flagsOf('--web.listen-address=:1', '--web.listen-address', '[::1]:2')).toEqual({
      'web.listen-address': [':1', '[::1]:2'],
    })
  })

  it('counts as given last where it is given twice', () => {
    expect(flagsOf('--log.level=debug', '--log.level=warn')).toEqual({ 'log.level': ['warn'] })
  })

  it.each([
    ['unknown', ['--web.listen-adress=:1'], '--web.listen-adress'],
    ['with one dash', ['-web.telemetry-path=/m'], '-w'],
    ['short, as Prometheus has none for it', ['-v'], '-v'],
    ['in the wrong case', ['--Log.Level=debug'], '--Log.Level'],
    ['named as an abbreviation', ['--vers'], '--vers'],
    ['without its value', ['--log.level'], '--log.level'],
    ['negated though it takes a value', ['--no-log.level'], '--no-log.level'],
    ['negated though it is unknown', ['--no-nonsense'], '--no-nonsense'],
    ['of an object of JavaScript', ['--constructor'], '--constructor'],
    ['that JavaScript objects keep for themselves', ['--__proto__=a'], '--__proto__'],
  ])('is refused when it is %s', (_, argv, named) => {
    expect(problemOf(argv)).toContain(`'${named}`)
    expect(problemOf(argv)).toMatch(/; see --help$/)
  })

  it('is refused in a single line when the next flag stands where its value should', () => {
    expect(problemOf(['--log.level', '--web.telemetry-path=/m'])).toMatch(/^.*--log\.level.*; see --help$/)
  })
})

describe("the simulator's flags", () => {
  const names = simulatorFlags.map(({ name }) => name)

  it.each(names.flatMap((name) => ['demo', 'simulate'].map((command) => [name, command] as const)))(
    '--%s is taken by %s',
    (name, command) => {
      expect(flagsOf(command, `--${name}=1`)).toEqual({ [name]: ['1'] })
    },
  )

  it.each(
    names.flatMap((name) =>
      [['serve'], ['check-config'], ['healthcheck'], []].map((command) => [name, command] as const),
    ),
  )('--%s is refused by %j', (name, command) => {
    expect(problemOf([...command, `--${name}=1`])).toBe(
      `--${name} is for the commands demo and simulate; see --help`,
    )
  })
})
