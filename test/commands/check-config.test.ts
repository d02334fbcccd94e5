import { expect, it } from 'vitest'
import { runCommand } from './surroundings.ts'

const GOOD = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token' }

it.each([
  ['the defaults', GOOD, '0042 every 5m'],
  ['a name', { ...GOOD, WOLKVOX_OPERATION: 'ventas' }, 'ventas every 5m'],
  ['an interval', { ...GOOD, WOLKVOX_REFRESH_INTERVAL: '90m' }, '0042 every 1h30m'],
])('says in a line what would run, with %s', async (_, environment, summary) => {
  expect(await runCommand(['check-config'], environment)).toEqual({
    code: 0,
    printed: `The configuration is valid: ${summary}\n`,
    complained: '',
  })
})

it('passes on warnings, and still finds the configuration valid', async () => {
  const environment = { ...GOOD, WOLKVOX_REFRESH_INTERVAL: '1m', WOLKVOX_LICENCES: '5' }
  const { code, complained } = await runCommand(['check-config'], environment)
  expect(code).toBe(0)
  expect(complained.split('\n')).toEqual([
    expect.stringMatching(/^warning: WOLKVOX_LICENCES: /),
    expect.stringMatching(/^warning: WOLKVOX_REFRESH_INTERVAL: 1m is shorter/),
    '',
  ])
})

it('prints every problem, a line each, without the token', async () => {
  const environment = { WOLKVOX_SERVER: '?', WOLKVOX_TOKEN: 'test token', WOLKVOX_TIMEOUT: '?' }
  const { code, printed, complained } = await runCommand(['check-config', '--log.level=?'], environment)
  expect([code, printed]).toEqual([2, ''])
  expect(complained.split('\n').map((line) => line.split(':')[1]?.trim())).toEqual([
    '--log.level',
    'WOLKVOX_SERVER',
    'WOLKVOX_TOKEN',
    'WOLKVOX_TIMEOUT',
    undefined,
  ])
  expect(complained).not.toContain('test token')
})
