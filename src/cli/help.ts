import { commonFlags, simulatorFlags } from '../config/flags.ts'
import { variables } from '../config/variables.ts'

const COMMANDS = [
  ['serve', 'fetch reports in the background and serve the metrics (the default)'],
  ['demo', 'serve the metrics of a simulated contact centre in the same process'],
  ['simulate', 'serve only the simulated wolkvox API'],
  ['check-config', 'validate the configuration, check ports and storage, print all problems or a summary'],
  ['healthcheck', 'request /-/healthy of the running exporter; exit code 0 if healthy, else 1'],
] as const

/** The output of `--help`. */
export function helpText(): string {
  return `Usage: wolkvox-exporter [command] [flags]

Serves metrics of wolkvox contact centres to Prometheus.

Commands:
${table(COMMANDS)}

Flags:
${table(commonFlags.map(toRow))}

Flags of demo and simulate:
${table(simulatorFlags.map(toRow))}

Environment variables for one operation (several operations need --config.file):
${table(variables.map(([name, defaultText, meaning]) => [name, `${meaning} (${defaultText})`]))}
`
}

function toRow(flag: {
  readonly name: string
  readonly short?: string
  readonly default: string
  readonly meaning: string
}): readonly [string, string] {
  const names = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`
  return [names, `${flag.meaning} (${flag.default})`]
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n')
}
