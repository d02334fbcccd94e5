import { spawnSync } from 'node:child_process'
import { programPath } from '../../../tools/program-path.ts'

/**
 * Whether these programs are installed. On a developer's machine a test that lacks one is skipped visibly; in continuous
 * integration a missing program is an error.
 */
export function haveTools(...names: readonly string[]): boolean {
  const missing = names.filter((name) => spawnSync(programPath(name), ['--version']).error !== undefined)
  if (missing.length > 0 && process.env.CI === 'true') throw new Error(`not installed: ${missing.join(', ')}`)
  return missing.length === 0
}
