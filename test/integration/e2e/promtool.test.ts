import { describe, expect, it } from 'vitest'
import { eventually } from '../../../tools/eventually.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'
import { runProgram } from '../../support/programs/program.ts'
import { haveTools } from '../../support/programs/tools.ts'

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
