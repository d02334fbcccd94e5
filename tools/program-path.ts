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
