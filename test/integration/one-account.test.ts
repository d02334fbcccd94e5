import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { reports } from '../../src/reports/index.ts'
import { type Simulator, simulatorDefaults, startSimulator } from '../../src/simulator/simulator.ts'
import { eventually } from '../../tools/eventually.ts'
import { parseExposition } from '../../tools/parse-exposition.ts'
import { writeConfigFile } from '../support/config-files.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { startExporterProcess } from '../support/programs/exporter.ts'

const REFRESHES = 1000

// All reports of two operations are due within a tenth of each second, so most calls wait for others.
const LATENCY_MS = 25

/** Starts an account that answers 403 to a second call at once. */
async function startAccount(): Promise<Simulator> {
  const simulator = await startSimulator({
    ...simulatorDefaults,
    port: 0,
    agents: 20,
    licenses: 100,
    latencyMs: LATENCY_MS,
    maxRequestsInFlight: 1,
  })
  onTestFinished(() => simulator.close())
  return simulator
}

/** Starts an exporter with all reports of operations of one account. @returns its metrics */
async function startExporter(account: Simulator, names: readonly string[]) {
  const path = writeConfigFile(
    stringify({
      server: simulatorDefaults.server,
      base_url: account.url,
      token_env: 'TOKEN_A',
      refresh_interval: '1s',
      reports: reports.map(({ name }) => name),
      operations: names.map((name) => ({ name })),
    }),
  )
  const { url } = await startExporterProcess({ TOKEN_A: simulatorDefaults.token }, [`--config.file=${path}`])
  return async () => {
    const samples = parseExposition(await (await fetch(`${url}/metrics`)).text())
    const of = (name: string) => samples.filter((sample) => sample.name === name)
    const sum = (name: string) => of(name).reduce((total, { value }) => total + value, 0)
    return { of, sum }
  }
}

describe('an account that answers 403 to a second call at once', () => {
  it('answers no 403 to an exporter with two operations of it, in 1,000 refreshes', {
    timeout: 120_000,
  }, async () => {
    const account = await startAccount()
    const metrics = await startExporter(account, ['ventas', 'soporte'])
    await eventually(
      `${REFRESHES} calls`,
      () => {
        expect(account.rejected).toBe(0)
        return account.calls >= REFRESHES || undefined
      },
      110_000,
    )
    const { of, sum } = await metrics()
    expect(sum('wolkvox_refresh_failures_total')).toBe(0)
    // No retry: each call is a refresh. One may be in flight.
    expect(sum('wolkvox_refreshes_total')).toBeGreaterThanOrEqual(REFRESHES - 1)
    expect(sum('wolkvox_api_requests_total') - sum('wolkvox_refreshes_total')).toBeLessThanOrEqual(1)
    expect(of('wolkvox_account_requests_today')).toHaveLength(1)
    // Every report of both operations takes part.
    const refreshes = of('wolkvox_refreshes_total').map(({ value }) => value)
    expect(refreshes).toHaveLength(2 * reports.length)
    expect(Math.min(...refreshes)).toBeGreaterThan(REFRESHES / (4 * reports.length))
    expect(account.rejected).toBe(0)
  })

  it('answers 403 to two exporters, which do not know of each other', async () => {
    const account = await startAccount()
    const [ventas] = await Promise.all(['ventas', 'soporte'].map((name) => startExporter(account, [name])))
    await eventually('a rejected call', () => account.rejected > 5 || undefined)
    const { sum } = (await ventas?.()) ?? expect.fail()
    // Some calls are retried.
    expect(sum('wolkvox_api_requests_total')).toBeGreaterThan(sum('wolkvox_refreshes_total'))
  })
})
