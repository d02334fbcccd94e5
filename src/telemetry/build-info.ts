import { readFileSync } from 'node:fs'
import { z } from 'zod'

export interface BuildInfo {
  readonly version: string
  /** Revision of the source, where the build recorded one. */
  readonly revision: string
  readonly nodeVersion: string
}

// The same number of folders up from `src/` as from `dist/`.
const PACKAGE = new URL('../../package.json', import.meta.url)

/** Which build this is. */
export function readBuildInfo(): BuildInfo {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE, 'utf8')))
  const revision = process.env.WOLKVOX_EXPORTER_REVISION || 'unknown'
  return { version, revision, nodeVersion: process.version }
}
