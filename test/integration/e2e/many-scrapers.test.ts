import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { simulatorDefaults, startSimulator } from '../../../src/simulator/simulator.ts'
import { eventually } from '../../../tools/eventually.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { startExporterProcess } from '../../support/programs/exporter.ts'
import { startPrometheus } from '../../support/programs/prometheus.ts'
import { haveTools } from '../../support/programs/tools.ts'

const PROMETHEIS = 10
const INTERVAL_S = 5

// A minute in a manual run, a few intervals otherwise.
const SECONDS = Number(process.env.SCRAPED_SECONDS ?? 12)

describe.skipIf(!haveTools('prometheus'))('ten Prometheus servers that scrape every second', () => {
  it(
    'cause no additional requests to wolkvox',
    async () => {
      const simulator = await startSimulator({ ...simulatorDefaults, port: 0, agents: 50 })
      onTestFinished(() => simulator.close())
      const exporter = await startExporterProcess({
        WOLKVOX_SERVER: simulatorDefaults.server,
        WOLKVOX_TOKEN: simulatorDefaults.token,
        WOLKVOX_BASE_URL: simulator.url,
        WOLKVOX_REFRESH_INTERVAL: `${INTERVAL_S}s`,
      })
      await eventually('first call', () => simulator.requests === 1 || undefined)
      const firstCallAt = performance.now()
      const servers = await Promise.all(
        Array.from({ length: PROMETHEIS }, () => startPrometheus(exporter.url)),
      )
      await sleep(SECONDS * 1000)
      const beats = (performance.now() - firstCallAt) / 1000 / INTERVAL_S
      const { requests } = simulator
      const scrapes = await Promise.all(
        servers.map((prometheus) => prometheus.query(`count_over_time(wolkvox_up[${SECONDS}s])`)),
      )
      for (const [scraped] of scrapes) expect(scraped?.value).toBeGreaterThanOrEqual(SECONDS / 2)
      // The first request, and one for each interval since. The last one may or may not be counted.
      expect(requests).toBeGreaterThanOrEqual(Math.floor(beats - 0.1) + 1)
      expect(requests).toBeLessThanOrEqual(Math.floor(beats + 0.1) + 1)
    },
    SECONDS * 1000 + 60_000,
  )
})
