import { spawnSync } from 'node:child_process'

/**
 * Whether real programs are to be had. On somebody's machine a test that lacks one is skipped, for all to see; in
 * continuous integration its absence is a failure.
 */
export function haveTools(...names: readonly string[]): boolean {
  const missing = names.filter((name) => spawnSync(name, ['--version']).error !== undefined)
  if (missing.length > 0 && process.env.CI === 'true') throw new Error(`not installed: ${missing.join(', ')}`)
  return missing.length === 0
}
