import { spawnSync } from 'node:child_process'

/** Environment variables that replace a program, for example to test with another version of it. */
const VARIABLES: Readonly<Record<string, string>> = {
  prometheus: 'PROMETHEUS',
  promtool: 'PROMTOOL',
  // Debian's name.
  'prometheus-alertmanager': 'ALERTMANAGER',
  amtool: 'AMTOOL',
}

/** The file to run for a program: the one that its environment variable names, or the one on the path. */
export const programPath = (name: string): string => process.env[VARIABLES[name] ?? ''] ?? name

/**
 * Whether these programs are installed. On a developer's machine a test that lacks one is skipped visibly; in continuous
 * integration a missing program is an error.
 */
export function haveTools(...names: readonly string[]): boolean {
  const missing = names.filter((name) => spawnSync(programPath(name), ['--version']).error !== undefined)
  if (missing.length > 0 && process.env.CI === 'true') throw new Error(`not installed: ${missing.join(', ')}`)
  return missing.length === 0
}
