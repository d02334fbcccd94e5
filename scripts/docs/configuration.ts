import { variables } from '../../src/config/environment.ts'
import { commonFlags, simulatorFlags } from '../../src/config/flags.ts'
import { code, table } from './markdown.ts'

/** The settings of an operation, with the defaults and meanings that `--help` shows. */
export function settingTable(): string {
  return table(
    ['variable', 'default', 'meaning'],
    variables.map(([name, otherwise, meaning]) => [code(name), defaultOf(otherwise), meaning]),
  )
}

/** The flags of every command. */
export const flagTable = (): string => tableOf(commonFlags)

/** The flags of `demo` and `simulate`. */
export const simulatorFlagTable = (): string => tableOf(simulatorFlags)

interface Flag {
  readonly name: string
  readonly short?: string
  readonly default: string
  readonly meaning: string
}

function tableOf(flags: readonly Flag[]): string {
  const rows = flags.map(({ name, short, default: otherwise, meaning }) => [
    [`--${name}`, ...(short === undefined ? [] : [`-${short}`])].map(code).join(', '),
    defaultOf(otherwise),
    meaning,
  ])
  return table(['flag', 'default', 'meaning'], rows)
}

/** A value as code, a description as text. */
function defaultOf(text: string): string {
  return /\s|^(required|none|unknown|off)$/.test(text) ? text : code(text)
}
