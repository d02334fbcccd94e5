import { beforeEach, expect, it } from 'vitest'
import { createGroupsLog } from '../../src/telemetry/groups-log.ts'
import { anOperation } from '../../tools/fixtures.ts'
import { groupsFrom } from '../support/groups-files.ts'
import { createLogger, logLines } from '../support/memory-logger.ts'

beforeEach(() => {
  logLines.length = 0
})

const withGroups = async (name: string, file: string) => anOperation({ name, groups: await groupsFrom(file) })

it('logs each groups file at the start and after a change, with counts and lines, without values or ids', async () => {
  const note = createGroupsLog(createLogger({ logLevel: 'debug' }))
  const good = await withGroups('ventas', 'agent_id,team,site\n1001,Norte,Cali\n')
  const bad = await withGroups('soporte', 'agent_id,team\n1001,Norte\n1001,Sur\n,Este\n,Oeste\n')
  note([good, bad, anOperation({ name: 'cobros' })])
  note([good, bad])
  expect(logLines).toMatchObject([
    { level: 'info', operation: 'ventas', rows: 1, labels: ['team', 'site'], msg: 'groups loaded' },
    {
      level: 'warn',
      operation: 'soporte',
      rows: 1,
      duplicate: 1,
      invalid: 2,
      lines: [3, 4, 5],
      msg: 'groups loaded',
    },
  ])
  expect(logLines[0]).not.toHaveProperty('invalid')
  expect(JSON.stringify(logLines)).not.toMatch(/Norte|Sur|1001/)
  note([await withGroups('ventas', 'agent_id,team\n1001,Sur\n'), bad])
  expect(logLines).toHaveLength(3)
  expect(logLines[2]).toMatchObject({ level: 'info', operation: 'ventas', labels: ['team'] })
})

it('logs a file again that was removed and is back', async () => {
  const note = createGroupsLog(createLogger({ logLevel: 'debug' }))
  const operation = await withGroups('ventas', 'agent_id,team\n1001,Norte\n')
  note([operation])
  note([{ ...operation, groups: undefined }])
  note([operation])
  expect(logLines).toHaveLength(2)
})
