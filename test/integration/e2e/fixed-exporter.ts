import { afterAll, beforeAll } from 'vitest'
import { eventually } from '../../../tools/eventually.ts'
import { type ExporterProcess, startExporterProcess } from '../faults/exporters.ts'
import { startWolkvox, type Wolkvox } from '../faults/wolkvox.ts'

/**
 * Starts one exporter for all tests of a file. It refreshes once, from these records, so that its agent families stay the same
 * to the byte.
 *
 * @returns the URL of its metrics, known when the tests run
 */
export function useFixedExporter(records: readonly Record<string, unknown>[]): () => string {
  let wolkvox: Wolkvox
  let exporter: ExporterProcess
  const url = () => `${exporter.url}/metrics`

  beforeAll(async () => {
    wolkvox = await startWolkvox()
    await wolkvox.endFault(records)
    exporter = await startExporterProcess(wolkvox.url, {
      WOLKVOX_REFRESH_INTERVAL: '1d',
      WOLKVOX_STALE_AFTER: '7d',
    })
    await eventually('first refresh', async () => {
      const text = await (await fetch(url())).text()
      return text.includes('wolkvox_up{') || undefined
    })
  })
  afterAll(async () => {
    await exporter.stop()
    await wolkvox.close()
  })
  return url
}
