import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listenWarnings, storageWarnings } from '../../src/cli/check-config.ts'
import { aCa } from '../support/certificates.ts'
import { writeConfigFile } from '../support/config-files.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runCommand } from './command-context.ts'

const GOOD = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token' }
// Other programs on this machine must not cause a warning.
const FREE_PORT = '--web.listen-address=127.0.0.1:0'

async function portInUse(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as { port: number }).port
}

/** A port that no program uses. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

describe('check-config', () => {
  it.each([
    ['the defaults', GOOD, ['Operation 0042', '  agents  every 5m  288 calls a day']],
    [
      'a name',
      { ...GOOD, WOLKVOX_OPERATION: 'ventas' },
      ['Operation ventas', '  agents  every 5m  288 calls a day'],
    ],
    [
      'an interval',
      { ...GOOD, WOLKVOX_REFRESH_INTERVAL: '90m' },
      ['Operation 0042', '  agents  every 1h30m  16 calls a day'],
    ],
    [
      'a proxy',
      { ...GOOD, HTTPS_PROXY: 'http://user:test-word@proxy:3128' },
      ['Operation 0042', '  proxy: http://proxy:3128 (HTTPS_PROXY)'],
    ],
    [
      'a proxy that is not used',
      { ...GOOD, HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '*' },
      ['Operation 0042', '  proxy: none (NO_PROXY)'],
    ],
  ])('prints what was understood, with %s', async (_, environment, lines) => {
    const { code, printed, errors } = await runCommand(['check-config', FREE_PORT], environment)
    expect([code, errors]).toEqual([0, ''])
    expect(printed.split('\n')[0]).toBe('The configuration is valid.')
    expect(printed.split('\n')).toEqual(expect.arrayContaining(lines))
  })

  it('prints the daily calls', async () => {
    const environment = {
      ...GOOD,
      WOLKVOX_OPERATION: 'ventas',
      WOLKVOX_REPORTS: 'agents,token_info',
      WOLKVOX_LICENSES: '50',
    }
    expect((await runCommand(['check-config', FREE_PORT], environment)).printed).toBe(
      `The configuration is valid.
Operation ventas
  agents      every 5m  288 calls a day
  token_info  every 1h   24 calls a day
  agent names: plain, agent ids: plain
  proxy: none
  time zone: America/Bogota
  stale after: 15m (agents), 3h (token_info)
Account 0042
  312 of 50,000 calls a day (50 licences × 1,000): 0.6%
  49,688 calls a day are left: enough for 2 retries of each refresh
`,
    )
  })

  it('refuses a rhythm that exceeds the limit, with the calculation', async () => {
    const environment = {
      ...GOOD,
      WOLKVOX_REPORTS: 'agents,token_info',
      WOLKVOX_REFRESH_INTERVAL: '2m',
      WOLKVOX_LICENSES: '1',
    }
    expect(await runCommand(['check-config', FREE_PORT], environment)).toMatchObject({
      code: 2,
      printed: '',
      errors: expect.stringContaining(
        'agents every 2m (720) + token_info every 2m (720) = 1,440 calls a day, more than the 1,000',
      ),
    })
  })

  it('prints warnings about a valid configuration', async () => {
    const environment = { ...GOOD, WOLKVOX_REFRESH_INTERVAL: '1m', WOLKVOX_LICENCES: '5' }
    const { code, errors } = await runCommand(['check-config', FREE_PORT], environment)
    expect(code).toBe(0)
    expect(errors.split('\n')).toEqual([
      expect.stringMatching(/^wolkvox-exporter: warning: WOLKVOX_LICENCES: /),
      expect.stringMatching(/^wolkvox-exporter: warning: WOLKVOX_REFRESH_INTERVAL: 1m is shorter/),
      '',
    ])
  })

  it('prints what the groups file contains', async () => {
    const folder = temporaryFolder()
    const config = join(folder, 'config.yml')
    writeFileSync(join(folder, 'groups.csv'), 'agent_id;team;site\n1001;Norte;Cali\n1001;Sur;Cali\n')
    writeFileSync(
      config,
      'operations: [{ name: ventas, server: "0042", token: test-token, groups_file: groups.csv }]',
    )
    const { code, printed } = await runCommand(['check-config', `--config.file=${config}`, FREE_PORT], {})
    expect(code).toBe(0)
    expect(printed).toContain(
      'groups: 1 agent with team (also as group), site; 1 row not used: 1 duplicate, 0 invalid (line 3)\n',
    )
  })

  it('prints each problem on one line, without the token', async () => {
    const environment = { WOLKVOX_SERVER: '?', WOLKVOX_TOKEN: 'test token', WOLKVOX_TIMEOUT: '?' }
    const { code, printed, errors } = await runCommand(['check-config', '--log.level=?'], environment)
    expect([code, printed]).toEqual([2, ''])
    expect(errors.split('\n').map((line) => line.split(':')[1]?.trim())).toEqual([
      '--log.level',
      'WOLKVOX_SERVER',
      'WOLKVOX_TOKEN',
      'WOLKVOX_TIMEOUT',
      undefined,
    ])
    expect(errors).not.toContain('test token')
  })

  it('warns about a port in use and a storage folder that is not writable', async () => {
    const port = await portInUse('127.0.0.1')
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    const argv = ['check-config', `--web.listen-address=127.0.0.1:${port}`, `--storage.path=${file}/data`]
    expect(await runCommand(argv, GOOD)).toEqual({
      code: 0,
      printed: expect.stringMatching(/^The configuration is valid\.\n/),
      errors:
        `wolkvox-exporter: warning: --web.listen-address: 127.0.0.1:${port} is in use; ignore this if it is the running exporter, ` +
        'otherwise stop the other program or choose another address\n' +
        `wolkvox-exporter: warning: --storage.path: ${file}/data cannot be written (ENOTDIR); the exporter runs, but data is lost at a ` +
        'restart\n',
    })
  })

  it('leaves no files and no open ports behind', async () => {
    const folder = join(temporaryFolder(), 'not/there/yet')
    const port = await unusedPort()
    const argv = ['check-config', `--web.listen-address=127.0.0.1:${port}`, `--storage.path=${folder}`]
    expect((await runCommand(argv, GOOD)).errors).toBe('')
    expect(existsSync(join(folder, '../..'))).toBe(false)
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
  })
})

describe('listenWarnings', () => {
  it.each([
    ['one address', [{ host: '127.0.0.1', port: 0 }]],
    ['every address of the machine', [{ host: undefined, port: 0 }]],
    [
      'several',
      [
        { host: '127.0.0.1', port: 0 },
        { host: 'localhost', port: 0 },
      ],
    ],
  ])('are empty if the exporter can listen on %s', async (_, addresses) => {
    expect(await listenWarnings(addresses)).toEqual([])
  })

  it.each(['127.0.0.1', undefined])('name an address that is in use: %s', async (host) => {
    const port = await portInUse(host ?? '::')
    expect(await listenWarnings([{ host, port }])).toEqual([
      expect.stringContaining(`--web.listen-address: ${host ?? ''}:${port} is in use; ignore this if it is`),
    ])
  })

  it('name only the addresses that fail', async () => {
    const port = await portInUse('127.0.0.1')
    const warnings = await listenWarnings([
      { host: '192.0.2.1', port: 0 },
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port },
    ])
    expect(warnings).toEqual([
      expect.stringContaining('cannot listen on 192.0.2.1:0 (EADDRNOTAVAIL): this machine does not have'),
      expect.stringContaining(`127.0.0.1:${port} is in use`),
    ])
  })

  it('name an address that is given twice', async () => {
    const address = { host: '127.0.0.1', port: await unusedPort() }
    expect(await listenWarnings([address, address])).toHaveLength(1)
    expect(await listenWarnings([address])).toEqual([])
  })
})

describe('storageWarnings', () => {
  const warningAt = (path: string, code: string) => [
    `--storage.path: ${path} cannot be written (${code}); the exporter runs, but data is lost at a restart`,
  ]

  it.each([
    ['storage is off', () => ''],
    ['the folder exists', (folder: string) => folder],
    ['the folder can be created', (folder: string) => join(folder, 'data')],
    ['its parents can be created', (folder: string) => join(folder, 'a/b/data/')],
  ])('are empty if %s', async (_, pathIn) => {
    const folder = temporaryFolder()
    expect(await storageWarnings(pathIn(folder))).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })

  it('name a file that has the path of the folder or of a parent', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(await storageWarnings(file)).toEqual([
      `--storage.path: ${file} is a file; set it to a folder; the exporter runs, but data is lost at a restart`,
    ])
    expect(await storageWarnings(join(file, 'data'))).toEqual(warningAt(join(file, 'data'), 'ENOTDIR'))
  })

  it('name a dangling link', async () => {
    const link = join(temporaryFolder(), 'data')
    symlinkSync('/nowhere/at/all', link)
    expect(await storageWarnings(link)).toEqual(warningAt(link, 'ENOENT'))
  })

  it('name a folder, or its nearest parent, that this user cannot write', () => {
    const parent = temporaryFolder()
    const locked = join(parent, 'locked')
    mkdirSync(locked)
    chmodSync(parent, 0o755)
    chmodSync(locked, 0o555)
    expect(warningsOfUser(locked)).toEqual(warningAt(locked, 'EACCES'))
    expect(warningsOfUser(join(locked, 'a/b'))).toEqual(warningAt(locked, 'EACCES'))
    chmodSync(locked, 0o777)
    expect(warningsOfUser(locked)).toEqual([])
  })

  /** Runs as another user, because root can write everywhere. */
  function warningsOfUser(path: string): unknown {
    const program = `
      const { storageWarnings } = await import(${JSON.stringify(new URL('../../src/cli/check-config.ts', import.meta.url))})
      if (process.getuid() === 0) process.setuid(1000)
      process.stdout.write(JSON.stringify(await storageWarnings(${JSON.stringify(path)})))`
    return JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }),
    )
  }
})

describe('check-config with a file', () => {
  it('prints each operation and each account', async () => {
    const path = writeConfigFile(`
licenses: 1
operations:
  - { name: ventas, server: "0042", token: test-token-a, agent_name: hash, agent_id: hash, hash_key_file: hash-key }
  - { name: soporte, server: "0042", token: test-token-b, proxy_url: "http://user:test-word@proxy:3128", priority: 10 }
  - name: cobros
    server: "0077"
    token_env: COBROS_TOKEN
    timezone: America/Mexico_City
    refresh_interval: 5m
    reports: { skills: { service_level_seconds: 40 }, latency: {}, token_info: { refresh_interval: 2h } }
`)
    const { code, printed, errors } = await runCommand(['check-config', FREE_PORT, `--config.file=${path}`], {
      COBROS_TOKEN: 'test-token-c',
    })
    expect([code, errors]).toEqual([0, ''])
    expect(printed).toBe(`The configuration is valid.
Operation ventas
  agents  every 5m  288 calls a day
  agent names: hash, agent ids: hash
  proxy: none
  time zone: America/Bogota
  stale after: 15m
Operation soporte
  agents  every 5m  288 calls a day
  agent names: plain, agent ids: plain
  proxy: http://proxy:3128 (proxy_url)
  time zone: America/Bogota
  stale after: 15m
  priority: 10
Operation cobros
  skills      every 5m  288 calls a day
  latency     every 5m  288 calls a day
  token_info  every 2h   12 calls a day
  agent names: plain, agent ids: plain
  proxy: none
  time zone: America/Mexico_City
  stale after: 15m (skills, latency), 6h (token_info)
  service levels: also within 40 seconds
Account 0042
  576 of 1,000 calls a day (1 licence × 1,000): 57.6%
  424 calls a day are left: enough for 424 retries; if more are needed, the least important reports pause first
Account 0077
  588 of 1,000 calls a day (1 licence × 1,000): 58.8%
  412 calls a day are left: enough for 412 retries; if more are needed, the least important reports pause first
`)
  })
  it('prints the address, the limits, the CAs and the metrics that are not the defaults', async () => {
    const authorities = join(temporaryFolder(), 'ca.pem')
    writeFileSync(authorities, (await Promise.all([aCa(), aCa('Other CA')])).map(({ cert }) => cert).join(''))
    const path = writeConfigFile(`
operations:
  - { name: ventas, server: "0042", token: test-token-a, base_url: "https://wv0042.wolkvox.com", timeout: 60s, max_response_bytes: 64MiB }
  - name: soporte
    server: "0043"
    token: test-token-b
    base_url: http://gateway/wolkvox
    ca_file: ${authorities}
    timeout: 90s
    max_response_bytes: 1MiB
    metrics: { exclude: [wolkvox_agent_ready_seconds, wolkvox_agent_calls] }
`)
    const { code, printed } = await runCommand(['check-config', FREE_PORT, `--config.file=${path}`], {})
    expect(code).toBe(0)
    expect(printed).toContain(`Operation ventas
  agents  every 5m  288 calls a day
  agent names: plain, agent ids: plain
  proxy: none
  time zone: America/Bogota
  stale after: 15m
Operation soporte
  agents  every 5m  288 calls a day
  agent names: plain, agent ids: plain
  base URL: http://gateway/wolkvox
  proxy: none
  trusted CAs: 2 of the CA file, in addition to those of Node
  timeout: 1m30s
  largest response: 1,048,576 bytes
  time zone: America/Bogota
  stale after: 15m
  metrics that are not exposed: wolkvox_agent_ready_seconds, wolkvox_agent_calls
`)
  })

  it('prints which part of the operations is on the shard', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `op-${index}`)
    const path = writeConfigFile(
      `operations: [${names.map((name, index) => `{ name: ${name}, server: "10${index}0", token: test-token-a }`).join()}]`,
    )
    const outputs = [0, 1, 2].map((shard) =>
      runCommand(
        ['check-config', FREE_PORT, `--config.file=${path}`, `--shard=${shard}`, '--total-shards=3'],
        {},
      ),
    )
    for (const [shard, { printed }] of (await Promise.all(outputs)).entries()) {
      const served = printed.match(/^Operation /gm)?.length ?? 0
      expect(printed.split('\n')[1]).toBe(`Shard ${shard} of 3: ${served} of 5 operations`)
    }
  })
})
