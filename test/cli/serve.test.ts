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

  it('warns that reloading is not supported, and keeps running', async () => {
    const { reload, url, stop } = startCommand(ISOLATED, await simulatedAccount())
    const root = await url()
    reload()
    expect((await logged({ level: 'warn', msg: 'reload refused' })).problem).toBe(
      'reloading is not supported yet; restart to change the configuration',
    )
    expect((await fetch(`${root}/-/healthy`)).status).toBe(200)
    expect(await stop()).toEqual({ code: 0, hangs: false })
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
