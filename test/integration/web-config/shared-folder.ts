import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder for all tests of a file, which is removed afterwards. */
export function sharedFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'wolkvox-exporter-')))
  afterAll(() => rmSync(folder, { recursive: true, maxRetries: 5 }))
  return folder
}
