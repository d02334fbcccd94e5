import { commonFlags, simulatorFlags } from '../../src/config/flags.ts'
import type { Setting } from '../../src/config/setting.ts'
import { settings } from '../../src/config/settings.ts'
import { CONFIG_FILE, variables } from '../../src/config/variables.ts'
import { code, table } from './markdown.ts'

/** The settings of an operation, with the defaults and meanings that `--help` shows. */
export function settingTable(): string {
  const rows = Object.values(settings).map(({ variable, key, default: otherwise, meaning }: Setting) => [
    variable === undefined ? '–' : code(variable),
    code(key),
    defaultOf(otherwise),
    meaning,
  ])
  const file = variables.filter(([name]) => name === CONFIG_FILE)
  return table(
    ['variable', 'key in a file', 'default', 'meaning'],
    [...rows, ...file.map(([name, otherwise, meaning]) => [code(name), '–', defaultOf(otherwise), meaning])],
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
