import { commonFlags, simulatorFlags } from '../config/flags.ts'
import { variables } from '../config/variables.ts'

const COMMANDS = [
  ['serve', 'fetch in the background, serve the metrics (the default)'],
  ['demo', 'serve against a simulated contact centre inside the same process'],
  ['simulate', 'only the simulated wolkvox API, on its own port'],
  ['check-config', 'read the configuration, try port and storage, print every problem or a summary'],
  ['healthcheck', "ask the running exporter's /-/healthy, exit 0 or 1"],
] as const

/** The text of `--help`. */
export function helpText(): string {
  return `Usage: wolkvox-exporter [command] [flags]

Serves the agents of a wolkvox contact centre to Prometheus.

Commands:
${table(COMMANDS.map(([name, does]) => [name, does]))}

Flags:
${table(commonFlags.map(toRow))}

Flags of demo and simulate:
${table(simulatorFlags.map(toRow))}

Environment, one operation:
${table(variables.map(([name, otherwise, meaning]) => [name, `${meaning} (${otherwise})`]))}
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
