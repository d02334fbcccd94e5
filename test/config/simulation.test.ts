import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { readSimulation } from '../../src/config/simulation.ts'
import { simulatorDefaults } from '../../src/simulator/simulator.ts'

const read = (...argv: string[]) => readSimulation(parseArguments(['demo', ...argv]))

function problemsOf(...argv: string[]): readonly string[] {
  try {
    read(...argv)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

it('has the defaults of the simulator, which does not read flags', () => {
  const { token, server, host, port, ...simulation } = simulatorDefaults
  expect(read()).toEqual({ ...simulation, listenAddress: { host, port } })
})

it('simulates 200 agents at 10:30 by default', () => {
  expect(read()).toMatchObject({ agents: 200, seed: 1, speed: 1, startAt: '10:30' })
})

it('listens on the address of the command if the flag is not set', () => {
  const defaults = { listenAddress: '127.0.0.1:0' }
  const readAddress = (...argv: string[]) =>
    readSimulation(parseArguments(['demo', ...argv]), defaults).listenAddress
  expect(readAddress()).toEqual({ host: '127.0.0.1', port: 0 })
  expect(readAddress('--simulator.listen-address=:1')).toEqual({ host: undefined, port: 1 })
})

it.each([
  ['--simulator.agents=0', 'agents', 0],
  ['--simulator.agents=60000', 'agents', 60_000],
  ['--simulator.seed=0', 'seed', 0],
  ['--simulator.seed=999999999', 'seed', 999_999_999],
  ['--simulator.speed=0', 'speed', 0],
  ['--simulator.speed=0.5', 'speed', 0.5],
  ['--simulator.speed=60', 'speed', 60],
  ['--simulator.speed=9999', 'speed', 9999],
  ['--simulator.start=00:00', 'startAt', '00:00'],
  ['--simulator.start=23:59', 'startAt', '23:59'],
  ['--simulator.listen-address=127.0.0.1:0', 'listenAddress', { host: '127.0.0.1', port: 0 }],
  ['--simulator.listen-address=[::1]:9988', 'listenAddress', { host: '::1', port: 9988 }],
] as const)('reads %s', (flag, setting, value) => {
  expect(read(flag)[setting]).toEqual(value)
})

it('uses the last value of a repeated flag', () => {
  expect(read('--simulator.agents=5', '--simulator.agents=7').agents).toBe(7)
})

describe('rejects', () => {
  it.each([
    ['--simulator.agents', '60001', 'a whole number up to 60000'],
    ['--simulator.agents', '-1', 'a whole number up to 60000'],
    ['--simulator.agents', '1.5', 'a whole number up to 60000'],
    ['--simulator.agents', '1e3', 'a whole number up to 60000'],
    ['--simulator.agents', '', 'a whole number up to 60000'],
    ['--simulator.agents', 'many', 'a whole number up to 60000'],
    ['--simulator.seed', '1000000000', 'a whole number of at most nine digits'],
    ['--simulator.seed', '-1', 'a whole number of at most nine digits'],
    ['--simulator.speed', '10000', 'a number from 0 to 9999'],
    ['--simulator.speed', '9999.9', 'a number from 0 to 9999'],
    ['--simulator.speed', '-1', 'a number from 0 to 9999'],
    ['--simulator.speed', '.5', 'a number from 0 to 9999'],
    ['--simulator.speed', 'Infinity', 'a number from 0 to 9999'],
    ['--simulator.start', '24:00', 'a time of day such as 10:30'],
    ['--simulator.start', '9:30', 'a time of day such as 10:30'],
    ['--simulator.start', '10:60', 'a time of day such as 10:30'],
    ['--simulator.start', '10:30\n', 'a time of day such as 10:30'],
    ['--simulator.listen-address', '9988', '[host]:port, such as 127.0.0.1:9988'],
    ['--simulator.listen-address', '', '[host]:port, such as 127.0.0.1:9988'],
  ])('%s=%j and says what is expected', (flag, text, expected) => {
    expect(problemsOf(`${flag}=${text}`)).toEqual([`${flag}: must be ${expected}`])
  })

  it('several wrong flags together', () => {
    const flags = ['agents', 'seed', 'speed', 'start', 'listen-address'].map((name) => `--simulator.${name}`)
    const problems = problemsOf(...flags.map((flag) => `${flag}=?`))
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(':')))).toEqual(flags)
  })
})
