import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that is removed with the test, by its path with all links followed. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wolkvox-exporter-')))
  // A program that is being ended may still write.
  onTestFinished(() => rmSync(folder, { recursive: true, maxRetries: 5 }))
  return folder
}
