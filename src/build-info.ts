import { readFileSync } from 'node:fs'
import { z } from 'zod'

export interface BuildInfo {
  readonly version: string
  /** Revision of the source; `unknown` if the build did not set one. */
  readonly revision: string
  readonly nodeVersion: string
}

// `src/` and `dist/` are at the same depth.
const PACKAGE = new URL('../package.json', import.meta.url)

/** Reads the version and the revision of this build. */
export function readBuildInfo(): BuildInfo {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE, 'utf8')))
  const revision = process.env.WOLKVOX_EXPORTER_REVISION || 'unknown'
  return { version, revision, nodeVersion: process.version }
}
