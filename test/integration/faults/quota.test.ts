import { afterAll, describe, expect, it, vi } from 'vitest'
import { startExporterHere } from './exporters.ts'
import { hasFailed, runScenario } from './fault-scenario.ts'
import { quotaFaults } from './faults.ts'
import { sampleOf } from './page.ts'
import { expectFailureAndRecovery, note } from './run-faults.ts'
import { startWolkvox } from './wolkvox.ts'

// Long enough for a good refresh, the refusal, and a few intervals in which nothing may be asked.
const UNTIL_MIDNIGHT_MS = 3500

/** Sets the clock so that a day turns soon. @returns the time zone in which it does */
function turnTheDaySoon(): string {
  const realNow = Date.now
  const minute = 60_000
  const skew = minute - (realNow() % minute) - UNTIL_MIDNIGHT_MS
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + skew)
  const midnight = new Date(Math.round((realNow() + skew + UNTIL_MIDNIGHT_MS) / minute) * minute)
  const east = (24 * 60 - midnight.getUTCHours() * 60 - midnight.getUTCMinutes()) % (24 * 60)
  return east <= 12 * 60 ? offset('+', east) : offset('-', 24 * 60 - east)
}

function offset(sign: string, minutes: number): string {
  const two = (number: number) => String(number).padStart(2, '0')
  return `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

afterAll(() => {
  vi.restoreAllMocks()
})

describe("when the day's calls are used up", () => {
  const timeZone = turnTheDaySoon()

  it.concurrent.for(quotaFaults)('$what: $reason', async ({ how, reason }, { task, onTestFinished }) => {
    const wolkvox = await startWolkvox()
    const exporter = await startExporterHere(wolkvox.url, { timeZone })
    onTestFinished(async () => {
      await exporter.stop()
      await wolkvox.close()
    })
    let connections = 0
    const scenario = await runScenario(exporter, wolkvox, how, {
      ended: (before, now) => {
        if (!hasFailed(before, now)) return false
        connections ||= wolkvox.connections()
        // It stays so until the next day is due, which the page tells.
        return sampleOf(now, 'wolkvox_next_refresh_timestamp_seconds') * 1000 - Date.now() < 300
      },
    })
    note(task, reason, scenario)
    expectFailureAndRecovery(scenario, reason)
    expect(scenario.during.length).toBeGreaterThan(10)
    expect(connections).toBe(2)
    expect(sampleOf(scenario.after, 'wolkvox_api_requests_today')).toBe(1)
  })
})
