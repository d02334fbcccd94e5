import { describe, expect, it } from 'vitest'
import { answerWith, serveHttp } from '../support/loopback-server.ts'
import { ACCOUNT } from '../support/simulated-wolkvox.ts'
import { runCommand } from './command-context.ts'

const FREE_PORT = '--web.listen-address=127.0.0.1:0'

describe('the exit code', () => {
  it.each([
    ['--help', ['--help'], {}],
    ['--version', ['--version'], {}],
    ['a good configuration', ['check-config', FREE_PORT], ACCOUNT],
  ])('of %s is 0; only standard output is written', async (_, argv, environment) => {
    const { code, printed, errors } = await runCommand(argv, environment)
    expect([code, printed === '', errors]).toEqual([0, false, ''])
  })

  it.each([
    ['a bad configuration', ['check-config'], { WOLKVOX_SERVER: '?' }],
    ['missing settings', [], {}],
    ['a malformed token', ['serve', FREE_PORT], { ...ACCOUNT, WOLKVOX_TOKEN: 'two words' }],
    ['an unknown command', ['sreve'], ACCOUNT],
    ['two commands', ['serve', 'demo'], ACCOUNT],
    ['an unknown flag', ['--nonsense'], ACCOUNT],
    ['a wrong flag', ['--web.listen-address=9989'], ACCOUNT],
    ['a flag of the simulator for serve', ['serve', '--simulator.agents=5'], ACCOUNT],
    ['a configuration file that is missing', ['--config.file=/missing/config.yml'], {}],
    ['a wrong flag for demo', ['demo', '--simulator.agents=many'], {}],
    ['a wrong flag for simulate', ['simulate', '--simulator.start=noon'], {}],
  ])('of %s is 2; each line on standard error names the program', async (_, argv, environment) => {
    const { code, printed, errors } = await runCommand(argv, environment)
    expect([code, printed]).toEqual([2, ''])
    const lines = errors.split('\n').slice(0, -1)
    expect(lines).not.toEqual([])
    expect(lines.filter((line) => !/^wolkvox-exporter: \S/.test(line))).toEqual([])
    expect(errors).not.toContain('two words')
  })

  it.each([
    ['serve', '--web.listen-address'],
    ['demo', '--web.listen-address'],
    ['demo', '--simulator.listen-address'],
    ['simulate', '--simulator.listen-address'],
  ])('of %s is 1 if the port of %s is in use; one line names the flag', async (command, flag) => {
    const { host } = new URL(await serveHttp(answerWith('')))
    const others = command === 'demo' && flag !== '--web.listen-address' ? [FREE_PORT] : []
    const { code, printed, errors } = await runCommand([command, `${flag}=${host}`, ...others], ACCOUNT)
    expect([code, printed]).toEqual([1, ''])
    expect(errors).toMatch(
      new RegExp(`^wolkvox-exporter: cannot listen on ${host} \\(EADDRINUSE\\): .*${flag}.*\n$`),
    )
  })
})
