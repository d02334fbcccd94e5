import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { agentRowFamilies } from '../../src/reports/agents/families.ts'
import { reports } from '../../src/reports/index.ts'
import { eventually } from '../../tools/eventually.ts'
import { readText } from '../../tools/files.ts'
import { freePort } from '../../tools/free-port.ts'
import { parseExposition } from '../../tools/parse-exposition.ts'
import { selectorsOf } from '../../tools/promql-selectors.ts'
import { alerts, type Rule, rules } from '../../tools/rule-files.ts'
import { measured, peakMemory } from '../support/measured.ts'
import { startExporterProcess } from '../support/programs/exporter.ts'
import { runProgram } from '../support/programs/program.ts'
import { startServer } from '../support/programs/server.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

interface Relabeling {
  readonly regex: string
  readonly action: string
}

const guide = readText('docs/scaling.md')
const blocks = [...guide.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => block ?? '')
const [, scrape = '', write = '', federate = ''] = blocks
const scraping = parse(scrape).scrape_configs[0]
const relabelings: readonly Relabeling[] = scraping.metric_relabel_configs

const families = agentRowFamilies.map(({ name }) => name)

/** What a relabeling drops of these names: its expression has to match the whole of one. */
const droppedBy = ({ regex }: Relabeling, names: readonly string[]) =>
  names.filter((name) => new RegExp(`^(?:${regex})$`).test(name))

const dropped = relabelings.flatMap((relabeling) => droppedBy(relabeling, families))

describe.skipIf(!haveTools('promtool'))('promtool', () => {
  const titled = blocks.map((block) => [Object.keys(parse(block)).join(' and '), block] as const)

  it.each(titled)('accepts the configuration with %s', async (_, block) => {
    const { code, output } = await runProgram('promtool', ['check', 'config', configFile(block)])
    expect([code, output]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  it('finds a misspelt setting', async () => {
    const slip = configFile(scrape.replace('sample_limit', 'samples_limit'))
    expect((await runProgram('promtool', ['check', 'config', slip])).output).toContain('samples_limit')
  })
})

/** The number of a measured figure, divided and rounded to two digits. */
const rounded = (figure: string, divisor = 1) =>
  (Number.parseFloat(figure) / divisor).toLocaleString('en', {
    maximumSignificantDigits: 2,
    minimumSignificantDigits: 2,
  })

describe('the figures', () => {
  it.each(['500', '5,000', '60,000'])('of the exporter with %s agents are the measured ones', (agents) => {
    const row = guide.split('\n').find((line) => line.startsWith(`| ${agents}`)) ?? ''
    const [, , memory, scrapes, refresh] = row.split('|').map((cell) => cell.trim())
    expect(memory).toBe(peakMemory(agents))
    expect(scrapes).toBe(`about ${rounded(measured('of the exporter', agents, 'median', '/s'))} /s`)
    expect(refresh).toBe(
      agents === '500' ? '' : `${rounded(measured('of the exporter', agents, 'median', 'ms'), 1000)} s`,
    )
  })

  it('of a scrape match a real scrape', async () => {
    const exporter = await startExporterProcess({}, ['demo'])
    const samples = await eventually('first refresh', async () => {
      const found = parseExposition(await (await fetch(`${exporter.url}/metrics`)).text())
      return found.some(({ name }) => families.includes(name)) ? found : undefined
    })
    const [most, others] = numbersIn(/up to (\d+) series; besides, a scrape has at most (\d+) series/, guide)
    expect(most).toBe(families.length)
    // The demo has every report. The table in the guide has their series.
    const ofReports = reports.flatMap((report) => report.families.map(({ name }) => name))
    const further = samples.filter(
      ({ name, labels: { report = 'agents' } }) =>
        report === 'agents' && (name === 'wolkvox_agents' || !ofReports.includes(name)),
    )
    expect(further.length).toBeGreaterThan(50)
    expect(further.length).toBeLessThanOrEqual(others ?? 0)
  })

  it('that are computed are correct', () => {
    const [each = 0, agents = 0, others = 0] = numbersIn(/([\d,]+) × ([\d,]+) \+ ([\d,]+) at most/, scrape)
    expect(scraping.sample_limit).toBeGreaterThanOrEqual(each * agents + others)
    const sum = numbersIn(/([\d,]+) × ([\d,]+) \+ ([\d,]+) × ([\d,]+) = ([\d,]+) series/, guide)
    const [a = 0, b = 0, c = 0, d = 0, series = 0] = sum
    expect(a * b + c * d).toBe(series)
    expect(guide).toContain(`every 30 s, ${(series / 30).toLocaleString('en')} samples`)
  })
})

describe('the families that are dropped', () => {
  it('are five existing families that no alert uses, even through a recording rule', () => {
    const inRules = (some: readonly Rule[]) =>
      some.flatMap(({ expr }) => selectorsOf(expr).map(({ metric }) => metric))
    const asked = new Set(inRules(alerts))
    for (const metric of asked)
      for (const found of inRules(rules.filter(({ record }) => record === metric))) asked.add(found)
    expect(guide).toContain('No alert uses these five families')
    expect(dropped).toHaveLength(5)
    expect(dropped.filter((name) => asked.has(name))).toEqual([])
    expect(asked).toContain('wolkvox_agents')
  })

  it('are used only by the recording rule that the guide names', () => {
    const [, named] = /only one recording rule does:\s+`(.+?)`/.exec(guide) ?? []
    const asking = rules.filter(({ expr }) =>
      selectorsOf(expr).some(({ metric }) => dropped.includes(metric)),
    )
    expect(new Set(asking.map(({ record }) => record))).toEqual(new Set([named]))
  })

  it('include every family of agents where none should leave this Prometheus', () => {
    const [relabeling] = parse(write).remote_write[0].write_relabel_configs
    expect(droppedBy(relabeling, [...families, 'wolkvox_agents', 'wolkvox_up'])).toEqual(families)
  })

  it.skipIf(!haveTools('prometheus'))('are not stored by Prometheus', async () => {
    const exporter = await startExporterProcess({}, ['demo'])
    const { host } = new URL(exporter.url)
    const config = {
      ...scraping,
      scrape_interval: '1s',
      scrape_timeout: '1s',
      static_configs: [{ targets: [host] }],
    }
    const folder = temporaryFolder()
    const file = join(folder, 'prometheus.yml')
    // JSON is YAML, too.
    writeFileSync(file, JSON.stringify({ scrape_configs: [config] }))
    const url = `http://127.0.0.1:${await freePort()}`
    await startServer(url, 'prometheus', [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
    ])
    const stored = await eventually('agents', async () => {
      const answer = await fetch(`${url}/api/v1/label/__name__/values`)
      const { data } = (await answer.json()) as { data: readonly string[] }
      return data.includes('wolkvox_agent_state') ? data : undefined
    })
    expect(families.filter((name) => !stored.includes(name))).toEqual(dropped)
  })
})

describe('federation', () => {
  it('matches every recorded series except the limits, the evaluation count and the known exporters, and no series of agents', () => {
    const matchers: readonly string[] = parse(federate).scrape_configs[0].params['match[]']
    const expressions = matchers.map((matcher) => /=~"(.*)"/.exec(matcher)?.[1] ?? '')
    const isMatched = (name: string) => expressions.some((regex) => new RegExp(`^(?:${regex})$`).test(name))
    const recorded = new Set(rules.flatMap(({ record }) => record ?? []))
    expect([...recorded].filter((name) => !isMatched(name)).sort()).toEqual([
      'wolkvox:exporter:known',
      'wolkvox:limit',
      'wolkvox:rules:evaluated',
    ])
    expect(families.filter(isMatched)).toEqual([])
  })
})

function configFile(text: string): string {
  const file = join(temporaryFolder(), 'prometheus.yml')
  writeFileSync(file, text)
  return file
}

/** The numbers that an expression finds. @throws if it finds none, because the sentence may have changed */
function numbersIn(expression: RegExp, text: string): number[] {
  const match = expression.exec(text)
  if (match === null) throw new Error(`docs/scaling.md has nothing like ${expression} any more`)
  return match.slice(1).map((number) => Number(number.replaceAll(',', '')))
}
