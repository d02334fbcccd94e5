import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Defer } from './cleanup.ts'

// nginx, started by root, reads as somebody else.
const READABLE_BY_ALL = 0o755

/** Makes a folder that is gone afterwards. @returns its path */
export function makeFolder(defer: Defer): string {
  const folder = mkdtempSync(join(tmpdir(), 'wolkvox-bench-'))
  defer(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, READABLE_BY_ALL)
  return folder
}
