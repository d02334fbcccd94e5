import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reports } from '../../../src/reports/index.ts'
import { eventually } from '../../../tools/eventually.ts'
import { anAgentConnection, aSkill, aTrunk, reportRecords } from '../../../tools/report-records.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'
import { runProgram } from '../../support/programs/program.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { serveReports } from '../../support/recorded-wolkvox.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe.skipIf(!haveTools('promtool'))('promtool check metrics', () => {
  it('reports nothing for the complete output of the demo', async () => {
    const exporter = await startExporterProcess({}, ['demo'])
    const text = await eventually('first refresh', async () => {
      const body = await (await fetch(`${exporter.url}/metrics`)).text()
      return body.includes('wolkvox_agent_state{') ? body : undefined
    })
    expect(text).toContain('wolkvox_exporter_build_info')
    expect(await runProgram('promtool', ['check', 'metrics'], text)).toEqual({ code: 0, output: '' })
  })

  it('reports nothing for the complete output with every report', async () => {
    const lists = { by_agent: [anAgentConnection()], by_ip: [], by_pbx: [aTrunk()] }
    const baseUrl = await serveReports({
      ...reportRecords,
      // A field is missing, and a value is unreadable.
      skills: [aSkill({ service_level_40seg: 'x', stat_abandon: undefined })],
      latency: [lists],
    })
    const folder = temporaryFolder()
    const operation = {
      name: '0042',
      server: '0042',
      token: 'test-token',
      licenses: '50',
      reports: reports.map(({ name }) => name),
      service_level_seconds: '40',
      base_url: baseUrl,
      groups_file: 'groups.csv',
    }
    writeFileSync(join(folder, 'groups.csv'), 'agent_id,team\n1001,Norte\n')
    writeFileSync(join(folder, 'config.yml'), JSON.stringify({ operations: [operation] }))
    const exporter = await startExporterProcess({}, [`--config.file=${join(folder, 'config.yml')}`])
    const names = new Set(reports.flatMap(({ families }) => families.map(({ name }) => name)))
    names.delete('wolkvox_skill_abandoned_calls')
    const text = await eventually('all families', async () => {
      const body = await (await fetch(`${exporter.url}/metrics`)).text()
      return [...names].every((name) => body.includes(`\n${name}{`)) ? body : undefined
    })
    expect(text).toContain('wolkvox_missing_field{operation="0042",report="skills",field="stat_abandon"} 1')
    expect(text).toContain('field="service_level_40seg"} 1')
    expect(await runProgram('promtool', ['check', 'metrics'], text)).toEqual({ code: 0, output: '' })
  })

  it('reports a metric that breaks the rules', async () => {
    const { code, output } = await runProgram(
      'promtool',
      ['check', 'metrics'],
      '# TYPE a_total gauge\na_total 1\n',
    )
    expect(code).not.toBe(0)
    expect(output).toContain('_total')
  })
})
