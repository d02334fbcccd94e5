import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from './on-test-finished.ts'

/** The real path of a folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wolkvox-exporter-')))
  // A program that is shutting down may still write.
  onTestFinished(() => rmSync(folder, { recursive: true, maxRetries: 5 }))
  return folder
}
