import { expect, it } from 'vitest'
import { createUnknownOperationsLog } from '../../src/telemetry/unknown-operations-log.ts'
import { anOperation, momentAt } from '../../tools/fixtures.ts'
import { createLogger, logLines } from '../support/memory-logger.ts'

const state = {
  accounts: [],
  operations: ['ventas', 'soporte'].map((name) => ({
    operation: anOperation({ name }),
    account: '0042',
    storageFailures: 0,
  })),
  reports: [],
}

it('lists the unknown and the existing operations, once and then each hour, and not what else is asked for', () => {
  logLines.length = 0
  let now = 0
  const note = createUnknownOperationsLog(createLogger({ logLevel: 'debug' }), () => momentAt(now))
  note(['ventas', 'venta', ''], state)
  for (let index = 0; index < 100; index += 1) note([`guess-${index}`], state)
  now = 3_600_000
  note(['x'.repeat(200)], state)
  const warnings = logLines.filter(({ level }) => level === 'warn')
  expect(warnings).toEqual([
    expect.objectContaining({
      ...{ msg: 'unknown operation scraped', unknown: ['venta'], operations: ['ventas', 'soporte'] },
    }),
    expect.objectContaining({ unknown: ['x'.repeat(128)], suppressed: 100 }),
  ])
  expect(logLines).toHaveLength(102)
})
