import { describe, expect, it, vi } from 'vitest'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { startExporterHere } from './exporters.ts'
import { runScenario } from './fault-scenario.ts'
import { quotaFaults } from './faults.ts'
import { expectFailedAndRecovered, recordFigures } from './run-faults.ts'
import { type Scrape, sampleOf } from './scrape.ts'
import { type ServerFault, startWolkvox } from './wolkvox.ts'

// Enough for the refusal and some intervals in which no call may be sent.
const UNTIL_MIDNIGHT_MS = 4000

const MINUTE_MS = 60_000

/**
 * Replaces the wall clock of this process.
 *
 * @returns a time zone, and a function that sets the clock to shortly before the end of its day
 */
function useClockBeforeMidnight() {
  const realNow = Date.now
  const midnight = Math.ceil(realNow() / MINUTE_MS) * MINUTE_MS + 10 * MINUTE_MS
  let skew = 0
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + skew)
  onTestFinished(() => void vi.restoreAllMocks())
  const time = new Date(midnight)
  const east = (24 * 60 - time.getUTCHours() * 60 - time.getUTCMinutes()) % (24 * 60)
  return {
    timeZone: east <= 12 * 60 ? offset('+', east) : offset('-', 24 * 60 - east),
    jump: () => {
      skew = midnight - UNTIL_MIDNIGHT_MS - realNow()
    },
  }
}

function offset(sign: string, minutes: number): string {
  const two = (number: number) => String(number).padStart(2, '0')
  return `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

describe("when the day's calls are used up", () => {
  // One after the other, as they share the clock.
  it.for(quotaFaults)('$what: $reason', async ({ how, reason }, { task }) => {
    const { timeZone, jump } = useClockBeforeMidnight()
    const wolkvox = await startWolkvox()
    const exporter = await startExporterHere(wolkvox.url, { timeZone })
    onTestFinished(async () => {
      await exporter.stop()
      await wolkvox.close()
    })
    const startFault = (fault: ServerFault) => {
      jump()
      return wolkvox.startFault(fault)
    }
    const result = await runScenario(exporter, { ...wolkvox, startFault }, how)
    recordFigures(task, reason, result)
    expectFailedAndRecovered(result, reason)
    const requests = (of: Scrape) => sampleOf(of, 'wolkvox_api_requests_total')
    const [refused = result.before] = result.during.slice(-1)
    const nextRefresh = (of: Scrape) => sampleOf(of, 'wolkvox_next_refresh_timestamp_seconds')
    const untilMidnight = result.recovering.filter((of) => nextRefresh(of) === nextRefresh(refused))
    expect(untilMidnight.length).toBeGreaterThan(10)
    expect(untilMidnight.map(requests)).toEqual(untilMidnight.map(() => requests(refused)))
    // The requests of the day before no longer count.
    const today = sampleOf(result.after, 'wolkvox_account_requests_today')
    expect(today).toBe(requests(result.after) - requests(refused))
  })
})
