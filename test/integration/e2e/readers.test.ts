import { describe, expect, it } from 'vitest'
import { agentRowFamilies } from '../../../src/reports/agents/families.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { agentFamiliesOf } from '../../support/exposition-texts.ts'
import { hostileNames, hostileRecords } from '../../support/hostile-names.ts'
import { runProgram } from '../../support/programs/program.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { useFixedExporter } from './fixed-exporter.ts'
import { getRaw, readers } from './readers.ts'

const AGENTS = 200

const OPENMETRICS = { accept: 'application/openmetrics-text;version=1.0.0' }

const url = useFixedExporter(hostileRecords(AGENTS))

const readPlainly = async (headers = {}) => String((await getRaw(url(), headers)).body)

describe('the reference text', () => {
  it('has every family of all agents, with unchanged names', async () => {
    const text = await readPlainly()
    expect(Object.keys(agentFamiliesOf(text))).toEqual(agentRowFamilies.map(({ name }) => name))
    const states = parseExposition(text).filter(({ name }) => name === 'wolkvox_agent_state')
    expect(states).toHaveLength(AGENTS)
    const sent = states.map((_state, index) => hostileNames[index % hostileNames.length])
    expect(states.map(({ labels }) => labels.agent_name)).toEqual(sent)
    expect(states.map(({ labels }) => labels.state)).toEqual(sent)
  })

  it('has the same agents in OpenMetrics', async () => {
    expect(agentFamiliesOf(await readPlainly(OPENMETRICS))).toEqual(agentFamiliesOf(await readPlainly()))
  })

  it('names counters in OpenMetrics without _total, and only their samples with it', async () => {
    const text = await readPlainly(OPENMETRICS)
    expect(text).toMatch(
      /^# TYPE wolkvox_refreshes counter\nwolkvox_refreshes_total\{operation="ventas",report="agents"\} 1\n/m,
    )
    expect(text).not.toMatch(/^# TYPE \S+_total /m)
    expect(await readPlainly()).toMatch(/^# TYPE wolkvox_refreshes_total counter\nwolkvox_refreshes_total\{/m)
  })
})

for (const { name, tools, takesHeaders, read } of readers) {
  describe.skipIf(!haveTools(...tools))(name, () => {
    it('reads the reference text', async () => {
      const text = await read(url(), {})
      expect(agentFamiliesOf(text)).toEqual(agentFamiliesOf(await readPlainly()))
    })

    it('reads a complete text that can be parsed', async () => {
      const text = await read(url(), {})
      expect(text.endsWith('\n')).toBe(true)
      expect(parseExposition(text).length).toBeGreaterThan(AGENTS * agentRowFamilies.length)
    })

    it.skipIf(!haveTools('promtool'))('reads a text in which promtool finds no problem', async () => {
      const text = await read(url(), {})
      expect(await runProgram('promtool', ['check', 'metrics'], text)).toEqual({ code: 0, output: '' })
    })

    if (!takesHeaders) return

    it('reads OpenMetrics completely', async () => {
      const text = await read(url(), OPENMETRICS)
      expect(text.endsWith('\n# EOF\n')).toBe(true)
      expect(agentFamiliesOf(text)).toEqual(agentFamiliesOf(await readPlainly()))
    })
  })
}
