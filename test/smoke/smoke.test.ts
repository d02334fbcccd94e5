import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ENDED_WELL, runProcess, startProcess } from '../support/programs/exporter-process.ts'
import { simulatedAccount } from '../support/simulated-wolkvox.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

it('demo serves metrics, is healthy, and exits with 0 after SIGTERM', async () => {
  const demo = startProcess(['demo', '--web.listen-address=127.0.0.1:0', '--simulator.agents=3'])
  const url = await demo.url()
  await demo.logged({ msg: 'refreshed', records: 3 })
  const response = await fetch(`${url}/metrics`)
  expect(response.status).toBe(200)
  const text = await response.text()
  expect(text).toContain('wolkvox_up{operation="demo",report="agents"} 1\n')
  expect(text.match(/^wolkvox_agent_state\{/gm)).toHaveLength(3)
  const healthcheck = ['healthcheck', `--web.listen-address=${new URL(url).host}`]
  expect(await runProcess(healthcheck)).toEqual({ code: 0, stdout: 'healthy\n', stderr: '' })
  expect(await demo.endBy('SIGTERM')).toEqual(ENDED_WELL)
  const { code, stdout, stderr } = await runProcess(healthcheck)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^wolkvox-exporter: no response from \S+ \(.+\)\n$/)
})

it.skipIf(process.platform === 'win32')('serve reads the configuration again on SIGHUP', async () => {
  const file = join(temporaryFolder(), 'token')
  const { WOLKVOX_TOKEN = '', ...account } = await simulatedAccount()
  writeFileSync(file, WOLKVOX_TOKEN)
  const exporter = startProcess(['serve', '--web.listen-address=127.0.0.1:0', '--storage.path='], {
    ...account,
    WOLKVOX_TOKEN_FILE: file,
  })
  const url = await exporter.url()
  await exporter.logged({ msg: 'refreshed', records: 5 })
  exporter.kill('SIGHUP')
  await exporter.logged({ level: 'info', msg: 'configuration reloaded' })
  writeFileSync(file, 'test token')
  exporter.kill('SIGHUP')
  await exporter.logged({ level: 'warn', msg: 'configuration not reloaded' })
  const text = await (await fetch(`${url}/metrics`)).text()
  expect(text).toContain('wolkvox_exporter_config_last_reload_successful 0\n')
  expect(text).toContain('wolkvox_api_requests_total{operation="0000",report="agents"} 1\n')
  expect(await exporter.endBy('SIGTERM')).toEqual(ENDED_WELL)
})

it.skipIf(process.platform !== 'linux')('the process has the name by which pidof finds it', async () => {
  const demo = startProcess(['demo', '--web.listen-address=127.0.0.1:0', '--simulator.agents=3'])
  await demo.url()
  const [name] = readFileSync(`/proc/${demo.pid}/cmdline`, 'utf8').split('\0')
  expect(name).toBe('wolkvox-exporter')
  // As ss and ps -e print it: Linux keeps 15 characters.
  expect(readFileSync(`/proc/${demo.pid}/comm`, 'utf8')).toBe('wolkvox-exporte\n')
})

it('serve exits with 2 and names each wrong setting', async () => {
  const { code, stdout, stderr } = await runProcess(['serve'], { WOLKVOX_SERVER: '?' })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^wolkvox-exporter: WOLKVOX_SERVER: .+\nwolkvox-exporter: WOLKVOX_TOKEN: .+\n$/)
})
