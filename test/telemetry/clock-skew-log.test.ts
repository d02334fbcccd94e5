import { expect, it } from 'vitest'
import { initialState } from '../../src/scheduling/state.ts'
import { createClockSkewLog } from '../../src/telemetry/clock-skew-log.ts'
import { aReportSettings } from '../support/agents.ts'
import { createLogger, logLines } from '../support/memory-logger.ts'

/** What is logged for these differences in seconds, one refresh each. */
function linesFor(...seconds: readonly (number | undefined)[]) {
  logLines.length = 0
  const note = createClockSkewLog(createLogger({ logLevel: 'info' }))
  for (const skew of seconds) {
    const clockSkewMs = skew === undefined ? undefined : skew * 1000
    note({ ...initialState('ventas', aReportSettings(), 0), clockSkewMs })
  }
  return logLines.map(({ level, operation, clock_skew_seconds: skew, msg }) => [level, operation, skew, msg])
}

const begins = (skew: number) => ['warn', 'ventas', skew, 'clock skew']
const ends = (skew: number) => ['info', 'ventas', skew, 'clock skew ended']

it('logs nothing while the clocks differ by at most 30 s', () => {
  expect(linesFor(undefined, 0, 29, -30, 30)).toEqual([])
})

it('logs one line when the difference begins, and one when it ends', () => {
  expect(linesFor(0, 31, 300, 31, 0, 0)).toEqual([begins(31), ends(0)])
  expect(linesFor(-40, -40, -14)).toEqual([begins(-40), ends(-14)])
})

it('logs no more lines while the difference changes around 30 s', () => {
  expect(linesFor(31, 29, 31, 20, 31)).toEqual([begins(31)])
})

it('ignores responses that do not show the time', () => {
  expect(linesFor(31, undefined, 31)).toEqual([begins(31)])
})
