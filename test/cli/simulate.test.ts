import { expect, it, vi } from 'vitest'
import { ISOLATED, logged, startCommand } from './start-command.ts'

vi.mock('../../src/telemetry/logger.ts', () => import('../support/memory-logger.ts'))

const simulate = ['simulate', '--simulator.listen-address=127.0.0.1:0', '--simulator.agents=3']

/** Starts the simulator. @returns the settings that it prints for the exporter */
async function startSimulate() {
  const command = startCommand(simulate)
  const hint = await vi.waitFor(() => {
    const found = /^ *((?:WOLKVOX_\S+ )+)npm start$/m.exec(command.output.printed)?.[1]
    if (found === undefined) throw new Error('nothing is printed yet')
    return found.trim()
  }, 15_000)
  return { ...command, environment: Object.fromEntries(hint.split(' ').map((pair) => pair.split('='))) }
}

it('prints settings that work for the exporter', async () => {
  const { environment } = await startSimulate()
  startCommand(['serve', ...ISOLATED], environment)
  await logged({ msg: 'refreshed', records: 3 })
})

it.each(['stop', 'hangUp'] as const)('ends with exit code 0 and prints no error: %s', async (end) => {
  const command = await startSimulate()
  expect(await command[end]()).toEqual({ code: 0, hangs: false })
  expect(command.output.errors).toBe('')
})
