import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runCommand } from './surroundings.ts'

const GOOD = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token' }
// Whatever runs on this machine must not cause a warning.
const FREE_PORT = '--web.listen-address=127.0.0.1:0'

it.each([
  ['the defaults', GOOD, '0042 every 5m'],
  ['a name', { ...GOOD, WOLKVOX_OPERATION: 'ventas' }, 'ventas every 5m'],
  ['an interval', { ...GOOD, WOLKVOX_REFRESH_INTERVAL: '90m' }, '0042 every 1h30m'],
])('says in a line what would run, with %s', async (_, environment, summary) => {
  expect(await runCommand(['check-config', FREE_PORT], environment)).toEqual({
    code: 0,
    printed: `The configuration is valid: ${summary}\n`,
    complained: '',
  })
})

it('passes on warnings, and still finds the configuration valid', async () => {
  const environment = { ...GOOD, WOLKVOX_REFRESH_INTERVAL: '1m', WOLKVOX_LICENCES: '5' }
  const { code, complained } = await runCommand(['check-config', FREE_PORT], environment)
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

it('warns of a port that is in use and of a storage folder that cannot be written; the configuration is valid', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const argv = ['check-config', `--web.listen-address=127.0.0.1:${port}`, `--storage.path=${file}/data`]
  expect(await runCommand(argv, GOOD)).toEqual({
    code: 0,
    printed: 'The configuration is valid: 0042 every 5m\n',
    complained:
      `warning: --web.listen-address: 127.0.0.1:${port} is in use; fine if this exporter is running already, ` +
      'otherwise stop the other program or choose another port\n' +
      `warning: --storage.path: ${file}/data cannot be written (ENOTDIR); the exporter would run, but keep nothing across ` +
      'restarts\n',
  })
})

it('leaves nothing behind', async () => {
  const folder = join(temporaryFolder(), 'not/there/yet')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  const argv = ['check-config', `--web.listen-address=127.0.0.1:${port}`, `--storage.path=${folder}`]
  expect((await runCommand(argv, GOOD)).complained).toBe('')
  expect(existsSync(join(folder, '../..'))).toBe(false)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  server.close()
})
