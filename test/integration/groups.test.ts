import { renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { anEnvelope, aRecord } from '../../tools/fixtures.ts'
import { parseExposition } from '../../tools/parse-exposition.ts'
import { answerWith, listenOnLoopback } from '../support/loopback-server.ts'
import { startProcess } from '../support/programs/exporter-process.ts'
import { runProgram } from '../support/programs/program.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const RECORDS = ['1001', '1002', '1003'].map((agent_id) =>
  aRecord({ agent_id, agent_name: `Agent ${agent_id}` }),
)

/** An exporter of one operation with this groups file. */
async function start(content: string) {
  const server = createServer(answerWith(anEnvelope(RECORDS)))
  const url = await listenOnLoopback(server, 'http')
  const folder = temporaryFolder()
  const file = join(folder, 'groups.csv')
  const config = join(folder, 'config.yml')
  writeFileSync(file, content)
  writeFileSync(
    config,
    `operations: [{ name: ventas, server: "0042", token: test-token, base_url: "${url}", refresh_interval: 2s, groups_file: groups.csv }]`,
  )
  const exporter = startProcess(['serve', `--config.file=${config}`, '--web.listen-address=127.0.0.1:0'], {})
  const metrics = async (accept = 'text/plain') =>
    (await fetch(`${await exporter.url()}/metrics`, { headers: { accept } })).text()
  /** As spreadsheets and deployment tools write: the whole file at once. */
  const replace = (text: string) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  const lines = async () =>
    (await metrics()).split('\n').filter((line) => /^wolkvox_(agent_info|group_)/.test(line))
  await exporter.logged({ msg: 'refreshed' })
  return { exporter, metrics, lines, replace }
}

const FILE = 'agent_id;team;site\r\n1001;Norte;Bogotá\r\n1002;Sur;\r\n1002;Este;\r\n;Oeste;\r\n9999;Sur;\r\n'

const info = (id: string, labels = '') =>
  `wolkvox_agent_info{operation="ventas",agent_id="${id}",agent_name="Agent ${id}"${labels}} 1`

const problems = (unknown: number, duplicate: number, invalid: number) => [
  `wolkvox_group_problems{operation="ventas",problem="unknown_agent"} ${unknown}`,
  `wolkvox_group_problems{operation="ventas",problem="duplicate"} ${duplicate}`,
  `wolkvox_group_problems{operation="ventas",problem="invalid"} ${invalid}`,
]

const passes = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 100 })

describe('a groups file', () => {
  it('labels agents, is followed, and survives a broken edit', async () => {
    const { exporter, lines, replace } = await start(FILE)
    expect(exporter.log().find(({ msg }) => msg === 'groups loaded')).toMatchObject({
      level: 'warn',
      operation: 'ventas',
      rows: 3,
      labels: ['team', 'site'],
      duplicate: 1,
      invalid: 1,
      lines: [4, 5],
    })
    const first = [
      info('1001', ',group="Norte",team="Norte",site="Bogotá"'),
      info('1002', ',group="Sur",team="Sur",site=""'),
      info('1003'),
      'wolkvox_group_rows{operation="ventas"} 3',
      ...problems(1, 1, 1),
    ]
    expect(await lines()).toEqual(first)
    replace('no header')
    await exporter.logged({ msg: 'configuration not reloaded' })
    expect(await lines()).toEqual(first)
    replace('agent_id,shift\n1003,Noche\n')
    await passes(async () =>
      expect(await lines()).toEqual([
        info('1001'),
        info('1002'),
        info('1003', ',group="Noche",shift="Noche"'),
        'wolkvox_group_rows{operation="ventas"} 1',
        ...problems(0, 0, 0),
      ]),
    )
    expect(exporter.log().filter(({ msg }) => msg === 'groups loaded')).toHaveLength(2)
    expect(JSON.stringify(exporter.log())).not.toMatch(/Norte|Noche|Bogotá|9999/)
  })

  it.skipIf(!haveTools('promtool'))('is exposed in a way that promtool and OpenMetrics accept', async () => {
    const { metrics } = await start(FILE)
    expect(await runProgram('promtool', ['check', 'metrics'], await metrics())).toEqual({
      code: 0,
      output: '',
    })
    const text = await metrics('application/openmetrics-text; version=1.0.0')
    expect(text.trimEnd().split('\n').at(-1)).toBe('# EOF')
    expect(text).not.toContain(',}')
    expect(parseExposition(text).filter(({ name }) => name === 'wolkvox_agent_info')).toHaveLength(3)
  })
})
