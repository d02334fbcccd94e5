import type { RequestListener } from 'node:http'
import { pino } from 'pino'
import { startExporter } from '../../../src/exporter/exporter.ts'
import { anOperation } from '../../../tools/fixtures.ts'
import { serveHttp } from '../../support/loopback-server.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'

export const OPERATIONS = 50

/** Refresh interval of all operations. */
export const INTERVAL_MS = 10_000

/** An operation with a fault, and how its server responds. */
export type FaultyOperation = readonly [name: string, respond: RequestListener]

interface HealthyOperations {
  /** How the server of a healthy operation responds. */
  readonly serverOf: (name: string) => RequestListener
  /** Settings of any operation that differ from those of the fixture. */
  readonly settingsOf: (name: string) => Parameters<typeof anOperation>[0]
}

/**
 * Starts an exporter of 50 operations, each with its own account and server, until the test ends. All but the faulty ones are
 * healthy.
 *
 * @returns where the exporter listens, and the names of the healthy operations
 */
export async function startFiftyOperations(
  faulty: readonly FaultyOperation[],
  { serverOf, settingsOf }: HealthyOperations,
): Promise<{ readonly url: string; readonly healthy: readonly string[] }> {
  const healthy = Array.from({ length: OPERATIONS - faulty.length }, (_, index) => `good-${index}`)
  const all = [...faulty, ...healthy.map((name) => [name, serverOf(name)] as const)]
  const operations = await Promise.all(
    all.map(async ([name, respond], index) =>
      anOperation({
        name,
        server: String(1000 + index),
        baseUrl: await serveHttp(respond),
        refreshIntervalMs: INTERVAL_MS,
        ...settingsOf(name),
      }),
    ),
  )
  const exporter = await startExporter(
    { operations, warnings: [] },
    { listenAddresses: [{ host: '127.0.0.1', port: 0 }], telemetryPath: '/metrics', storagePath: '' },
    pino({ level: 'silent' }),
  )
  onTestFinished(() => exporter.stop())
  return { url: exporter.urls[0] ?? '', healthy }
}
