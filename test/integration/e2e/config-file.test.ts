import { expect, it } from 'vitest'
import { eventually } from '../../../tools/eventually.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { writeConfigFile } from '../../support/config-files.ts'
import { startProcess } from '../../support/programs/exporter-process.ts'
import { runProgram } from '../../support/programs/program.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { ACCOUNT, startWolkvox } from '../../support/simulated-wolkvox.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

it('three operations on two accounts of a file are served together', async () => {
  const simulator = await startWolkvox()
  const path = writeConfigFile(`
base_url: ${simulator.url}
token_env: SIMULATED_TOKEN
operations:
  - { name: ventas, server: "0042", licenses: 50, reports: "agents, skills" }
  - { name: soporte, server: "0042", reports: { skills: { service_level_seconds: 40 } } }
  - { name: cobros, server: "0077", agent_name: omit }
`)
  const program = startProcess(
    [`--config.file=${path}`, '--web.listen-address=127.0.0.1:0', `--storage.path=${temporaryFolder()}`],
    { SIMULATED_TOKEN: ACCOUNT.WOLKVOX_TOKEN },
  )
  const url = await program.url()
  const text = await eventually(
    'four refreshed reports',
    async () => {
      const body = await (await fetch(`${url}/metrics`)).text()
      return body.match(/^wolkvox_up\{.*\} 1$/gm)?.length === 4 ? body : undefined
    },
    30_000,
  )
  const lines = text.split('\n')
  const startingWith = (start: string) => lines.filter((line) => line.startsWith(start))
  expect(startingWith('wolkvox_operation_info{').toSorted()).toEqual([
    'wolkvox_operation_info{operation="cobros",account="0077"} 1',
    'wolkvox_operation_info{operation="soporte",account="0042"} 1',
    'wolkvox_operation_info{operation="ventas",account="0042"} 1',
  ])
  expect(startingWith('wolkvox_account_requests_today{')).toEqual([
    'wolkvox_account_requests_today{account="0042"} 3',
    'wolkvox_account_requests_today{account="0077"} 1',
  ])
  expect(startingWith('wolkvox_account_daily_limit{')).toEqual([
    'wolkvox_account_daily_limit{account="0042"} 50000',
  ])
  expect(startingWith('wolkvox_agent_state{operation="ventas"')).toHaveLength(5)
  expect(startingWith('wolkvox_agent_state{operation="soporte"')).toEqual([])
  const withoutName = startingWith('wolkvox_agent_state{operation="cobros"')
  expect(withoutName.filter((line) => line.includes('agent_name=""'))).toHaveLength(5)
  const threshold = 'threshold_seconds="40"'
  const levels = startingWith('wolkvox_skill_service_level_ratio{').filter((line) => line.includes(threshold))
  expect(levels.length).toBeGreaterThan(0)
  expect(levels.filter((line) => !line.includes('operation="soporte"'))).toEqual([])
  // The configured field is counted from the start, in the operation that has it.
  const rejected = startingWith('wolkvox_rejected_values_total{').filter((line) =>
    line.includes('service_level_40seg'),
  )
  expect(rejected).toEqual([
    'wolkvox_rejected_values_total{operation="soporte",report="skills",field="service_level_40seg"} 0',
  ])
  parseExposition(text)
  if (haveTools('promtool')) {
    expect(await runProgram('promtool', ['check', 'metrics'], text)).toEqual({ code: 0, output: '' })
  }
  expect(simulator.requests).toBe(4)
}, 60_000)
