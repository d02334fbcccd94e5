import { afterAll, beforeAll } from 'vitest'
import { eventually } from '../../support/programs/eventually.ts'
import { type ExporterProcess, startExporterProcess } from '../faults/exporters.ts'
import { startWolkvox, type Wolkvox } from '../faults/wolkvox.ts'

/**
 * Has one exporter for all tests of a file that refreshes once, from these records: what it says of the agents stays as
 * it is, to the byte.
 *
 * @returns the address of its metrics, known once the tests run
 */
export function useFixedExporter(records: readonly Record<string, unknown>[]): () => string {
  let wolkvox: Wolkvox
  let exporter: ExporterProcess
  const url = () => `${exporter.url}/metrics`

  beforeAll(async () => {
    wolkvox = await startWolkvox()
    await wolkvox.behave(records)
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
