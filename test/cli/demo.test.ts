import { expect, it, vi } from 'vitest'
import { reports } from '../../src/reports/index.ts'
import { ACCOUNT } from '../support/simulated-wolkvox.ts'
import { ISOLATED, logged, startCommand } from './start-command.ts'

vi.mock('../../src/telemetry/logger.ts', () => import('../support/memory-logger.ts'))

const demo = (agents: number) => ['demo', ...ISOLATED, `--simulator.agents=${agents}`]

it('simulates a contact centre without account, token or network, and prints its address', async () => {
  const { url, output } = startCommand(demo(7))
  const root = await url()
  await logged({ msg: 'refreshed', operation: 'demo', report: 'agents', records: 7 })
  await vi.waitFor(async () => expect((await fetch(`${root}/-/ready`)).status).toBe(200), 10_000)
  const response = await fetch(`${root}/metrics`)
  expect(response.status).toBe(200)
  const text = await response.text()
  expect(text).toContain('wolkvox_up{operation="demo",report="agents"} 1\n')
  expect(text.match(/^wolkvox_agent_state\{/gm)).toHaveLength(7)
  expect(output.printed).toContain(`${root}/metrics`)
})

it('shows every family of every report', async () => {
  const { url } = startCommand(demo(60))
  const root = await url()
  await vi.waitFor(async () => {
    const text = await (await fetch(`${root}/metrics`)).text()
    for (const { name, families } of reports) {
      expect(text).toContain(`wolkvox_up{operation="demo",report="${name}"} 1\n`)
      for (const family of families) expect(text).toContain(`\n${family.name}{operation="demo"`)
    }
  }, 20_000)
})

it('simulates a contact centre without agents', async () => {
  startCommand(demo(0))
  await logged({ msg: 'refreshed', operation: 'demo', report: 'agents', records: 0 })
})

it('ignores the settings of a real account', async () => {
  startCommand(demo(1), { ...ACCOUNT, WOLKVOX_TIMEOUT: '?' })
  await logged({ msg: 'refreshed', operation: 'demo' })
})

it.each(['stop', 'hangUp'] as const)('ends with exit code 0: %s', async (end) => {
  const command = startCommand(demo(1))
  await logged({ msg: 'refreshed' })
  expect(await command[end]()).toEqual({ code: 0, hangs: false })
})

it('takes a free port for the simulated API, so that several demos can run', async () => {
  const demos = [startCommand(demo(1)), startCommand(demo(1))]
  await logged({ msg: 'refreshed' })
  const codes = await Promise.all(demos.map(async ({ stop }) => (await stop()).code))
  expect(codes).toEqual([0, 0])
})
