import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { listenOnLoopback } from '../support/loopback-server.ts'
import { logLines } from '../support/memory-logger.ts'
import { ACCOUNT, simulatedAccount } from '../support/simulated-wolkvox.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { ISOLATED, logged, startCommand } from './start-command.ts'

vi.mock('../../src/telemetry/logger.ts', () => import('../support/memory-logger.ts'))

const textOf = async (url: string) => (await fetch(url)).text()

describe('serve', () => {
  it('is the default command and writes nothing to standard output', async () => {
    const { output } = startCommand(ISOLATED, await simulatedAccount())
    await logged({ msg: 'refreshed', records: 5 })
    expect(output).toEqual({ printed: '', errors: '' })
  })

  it('listens on every address and logs each', async () => {
    startCommand(
      ['serve', ...ISOLATED, '--web.listen-address=127.0.0.1:0', '--web.telemetry-path=/m'],
      await simulatedAccount(),
    )
    await logged({ msg: 'refreshed' })
    const urls = logLines.flatMap((line) => (line.msg === 'listening' ? [String(line.url)] : []))
    expect(new Set(urls).size).toBe(2)
    for (const text of await Promise.all(urls.map(textOf))) {
      expect(text).toContain('wolkvox_up{operation="0000",report="agents"} 1\n')
    }
  })

  it('reads the token from a file', async () => {
    const { WOLKVOX_TOKEN, ...account } = await simulatedAccount()
    const file = join(temporaryFolder(), 'token')
    writeFileSync(file, `${WOLKVOX_TOKEN}\n`)
    startCommand(ISOLATED, { ...account, WOLKVOX_TOKEN_FILE: file })
    await logged({ msg: 'refreshed', records: 5 })
  })

  it('logs the warnings about its settings', async () => {
    const settings = { WOLKVOX_REFRESH_INTERVAL: '1m', WOLKVOX_LICENCES: '5' }
    startCommand(ISOLATED, { ...(await simulatedAccount()), ...settings })
    await logged({ msg: 'listening' })
    const warnings = logLines.filter(({ level }) => level === 'warn')
    expect(warnings.map(({ problem }) => String(problem).split(':')[0])).toEqual([
      'WOLKVOX_LICENCES',
      'WOLKVOX_REFRESH_INTERVAL',
    ])
  })

  it('serves the metrics at / with --web.telemetry-path=/', async () => {
    const { url } = startCommand([...ISOLATED, '--web.telemetry-path=/'], await simulatedAccount())
    await logged({ msg: 'refreshed' })
    expect(await textOf(await url())).toContain('wolkvox_up{operation="0000",report="agents"} 1\n')
  })

  it('reads the configuration again on SIGHUP, and keeps running', async () => {
    const { WOLKVOX_TOKEN, ...account } = await simulatedAccount()
    const file = join(temporaryFolder(), 'token')
    writeFileSync(file, WOLKVOX_TOKEN ?? '')
    const { reload, url } = startCommand(ISOLATED, { ...account, WOLKVOX_TOKEN_FILE: file })
    const root = await url()
    reload()
    await logged({ level: 'info', msg: 'configuration reloaded' })
    writeFileSync(file, '')
    reload()
    const [problem] = (await logged({ level: 'warn', msg: 'configuration not reloaded' }))
      .problems as string[]
    expect(problem).toMatch(/^WOLKVOX_TOKEN_FILE: is empty/)
    expect(await textOf(`${root}/metrics`)).toContain('wolkvox_exporter_config_last_reload_successful 0\n')
  })

  it('reloads a changed configuration file by itself with --config.auto-reload', async () => {
    const { WOLKVOX_SERVER, WOLKVOX_TOKEN, WOLKVOX_BASE_URL } = await simulatedAccount()
    const path = join(temporaryFolder(), 'config.yml')
    const write = (name: string) =>
      writeFileSync(
        path,
        `operations: [{ name: ${name}, server: "${WOLKVOX_SERVER}", token: ${WOLKVOX_TOKEN}, base_url: "${WOLKVOX_BASE_URL}" }]\n`,
      )
    write('ventas')
    const { url } = startCommand([...ISOLATED, `--config.file=${path}`, '--config.auto-reload'])
    const root = await url()
    await logged({ msg: 'refreshed', operation: 'ventas' })
    write('soporte')
    await logged({ msg: 'refreshed', operation: 'soporte' })
    expect(logLines).toContainEqual(
      expect.objectContaining({ msg: 'configuration reloaded', added: ['soporte'], removed: ['ventas'] }),
    )
    const text = await textOf(`${root}/metrics`)
    expect(text).toContain('operation="soporte"')
    expect(text).not.toContain('operation="ventas"')
  })

  it('serves only the accounts on its shard, also after a reload, and an empty shard is ready', async () => {
    const { WOLKVOX_TOKEN, WOLKVOX_BASE_URL } = await simulatedAccount()
    const names = Array.from({ length: 6 }, (_, index) => `op-${index}`)
    const path = join(temporaryFolder(), 'config.yml')
    const write = (operations: readonly string[]) =>
      writeFileSync(
        path,
        `token: ${WOLKVOX_TOKEN}
base_url: ${WOLKVOX_BASE_URL}
operations:
${operations.map((name) => `  - { name: ${name}, server: "000${name.slice(3)}" }`).join('\n')}
`,
      )
    const operationNames = async (root: string) => {
      const text = await textOf(`${root}/metrics`)
      return [...text.matchAll(/^wolkvox_operation_info\{operation="([^"]+)"/gm)].map(([, name]) => name)
    }
    write(names)
    const parts: (string | undefined)[] = []
    for (const shard of [0, 1, 2]) {
      const { url, reload, stop } = startCommand([
        ...[...ISOLATED, `--config.file=${path}`, `--shard=${shard}`, '--total-shards=3'],
      ])
      const root = await url()
      await vi.waitFor(async () => expect((await fetch(`${root}/-/ready`)).status).toBe(200), {
        timeout: 15_000,
      })
      const part = await operationNames(root)
      parts.push(...part)
      const discovered = (await (await fetch(`${root}/sd`)).json()) as { labels: Record<string, string> }[]
      expect(discovered.map(({ labels }) => labels.__param_operation)).toEqual(part)
      const metrics = await textOf(`${root}/metrics`)
      expect(metrics).toContain(`wolkvox_exporter_shard_info{shard="${shard}",total_shards="3"} 1\n`)
      // Without its first operation.
      write(names.filter((name) => name !== part[0]))
      reload()
      await logged({ msg: 'configuration reloaded' })
      expect(await operationNames(root)).toEqual(part.slice(1))
      write(names.filter((name) => !part.includes(name)))
      logLines.length = 0
      reload()
      await logged({ msg: 'configuration reloaded' })
      expect(await operationNames(root)).toEqual([])
      expect((await fetch(`${root}/-/ready`)).status).toBe(200)
      expect(await textOf(root)).toContain('<html')
      await stop()
      write(names)
    }
    expect(parts.sort()).toEqual(names)
  })

  it('refuses POST /-/reload, unless it is enabled', async () => {
    const account = await simulatedAccount()
    const post = async (flags: readonly string[]) => {
      const { url, stop } = startCommand([...ISOLATED, ...flags], account)
      const response = await fetch(`${await url()}/-/reload`, { method: 'POST' })
      await stop()
      return [response.status, await response.text()]
    }
    expect(await post([])).toEqual([
      403,
      'reloading is not allowed; start with --web.enable-lifecycle, or send SIGHUP\n',
    ])
    expect(await post(['--web.enable-lifecycle'])).toEqual([200, 'configuration reloaded\n'])
  })
})

describe('shutdown of serve', () => {
  it('ends with exit code 0', async () => {
    const { stop } = startCommand(ISOLATED, await simulatedAccount())
    await logged({ msg: 'refreshed' })
    expect(await stop()).toEqual({ code: 0, hangs: false })
  })

  it('aborts a fetch in flight and logs no failure', async () => {
    const silent = createServer(() => {})
    const url = await listenOnLoopback(silent, 'http')
    const called = once(silent, 'request')
    const { stop } = startCommand(ISOLATED, { ...ACCOUNT, WOLKVOX_BASE_URL: url })
    await called
    await logged({ msg: 'listening' })
    expect(await stop()).toEqual({ code: 0, hangs: false })
    expect(logLines.map(({ msg }) => msg)).toEqual(['listening', 'shutting down'])
  })
})
