import { type SettingName, settingNames, settings } from './settings.ts'
import { similarName } from './similar-name.ts'

/** The environment of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The trimmed text of a variable. Empty counts as not set, because container tools pass empty variables. */
export function readVariable(environment: Environment, variable: string): string | undefined {
  return environment[variable]?.trim() || undefined
}

/** The settings that have a variable. Others are only in a configuration file. */
export const variableSettings: readonly (readonly [setting: SettingName, variable: string])[] =
  settingNames.flatMap((name) => {
    const { variable } = settings[name]
    return variable === undefined ? [] : [[name, variable]]
  })

/** The variable with the path of the configuration file. */
export const CONFIG_FILE = 'WOLKVOX_CONFIG_FILE'

/** The environment variables of the exporter, as `--help` lists them. */
export const variables: readonly (readonly [name: string, defaultText: string, meaning: string])[] = [
  ...variableSettings.map(([setting, variable]) => {
    const { default: defaultText, meaning } = settings[setting]
    return [variable, defaultText, meaning] as const
  }),
  [CONFIG_FILE, 'none', 'same as --config.file'],
]

// Kubernetes sets these in every container of a namespace that has a Service with such a name.
const SET_BY_KUBERNETES = /^WOLKVOX_(\w+_)?(SERVICE_(HOST|PORT)|PORT(_|$))/

// The build of the image sets it.
const REVISION = 'WOLKVOX_EXPORTER_REVISION'

// An env file may leave a byte order mark or `export` before a name.
const PREFIXED_NAME = /^(?<prefix>\W*(?:export\s+)?)(?<name>WOLKVOX_\w*)/i

/** A warning for each unknown variable that starts with WOLKVOX_: it is probably misspelled. @param others known in addition */
export function unknownVariableWarnings(environment: Environment, others: readonly string[] = []): string[] {
  const known = new Set<string>([...variables.map(([name]) => name), ...others])
  return Object.keys(environment).flatMap((variable) => {
    const { prefix = '', name = '' } = PREFIXED_NAME.exec(variable)?.groups ?? {}
    if (prefix !== '')
      return [`${name}: has characters before its name, such as a byte order mark; remove them`]
    if (name === '' || known.has(variable) || SET_BY_KUBERNETES.test(variable) || variable === REVISION)
      return []
    const similar = similarName(variable, known)
    return [
      `${variable}: unknown variable; ${similar === undefined ? 'see --help' : `did you mean ${similar}?`}`,
    ]
  })
}
