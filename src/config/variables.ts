/** The environment variables that describe one operation: `[name, default, meaning]`, as `--help` lists them. */
export const variables = [
  ['WOLKVOX_SERVER', 'required', 'server code of the operation, e.g. 0042'],
  ['WOLKVOX_TOKEN', 'required', 'the wolkvox token; or WOLKVOX_TOKEN_FILE'],
  ['WOLKVOX_TOKEN_FILE', 'none', 'a file that holds the token, instead of WOLKVOX_TOKEN'],
  ['WOLKVOX_OPERATION', 'the server code', 'value of the operation label'],
  ['WOLKVOX_BASE_URL', 'https://wv{server}.wolkvox.com', 'for proxies and tests; http: is allowed only here'],
  ['WOLKVOX_LICENSES', 'unknown', 'licences; the daily limit is this × 1000 calls'],
  ['WOLKVOX_TIMEZONE', 'America/Bogota', "when the operation's day turns"],
  ['WOLKVOX_REFRESH_INTERVAL', '5m', 'from the start of one fetch to the start of the next; shorter warns'],
  ['WOLKVOX_TIMEOUT', '60s', 'of one call, from connect to last byte'],
  [
    'WOLKVOX_STALE_AFTER',
    '3 × interval',
    'if no refresh succeeds for this long, the agent series are removed; at least interval + timeout',
  ],
  ['WOLKVOX_MAX_RESPONSE_BYTES', '64MiB', 'of the decoded body; 60,000 records take about 20 MB'],
  ['WOLKVOX_AGENT_NAME', 'plain', 'how agent_name is shown: plain, hash or omit'],
  ['WOLKVOX_CONFIG_FILE', 'none', 'same as --config.file; not supported yet'],
] as const

export type Variable = (typeof variables)[number][0]

/** The environment as the process has it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The variable's text without outer space; empty counts as not set, as container tools pass it. */
export function given(environment: Environment, variable: Variable): string | undefined {
  return environment[variable]?.trim() || undefined
}

// Kubernetes sets these in every container that shares a namespace with a Service of such a name.
const SET_BY_KUBERNETES = /^WOLKVOX_(\w+_)?(SERVICE_(HOST|PORT)|PORT(_|$))/

// Set by the image's build.
const REVISION = 'WOLKVOX_EXPORTER_REVISION'

// An env file may leave a byte order mark or `export` in front of a name.
const LOOKS_LIKE_OURS = /^(?<prefix>\W*(?:export\s+)?)(?<name>WOLKVOX_\w*)/i

/** A warning for each variable that looks meant for this program but is not known: probably misspelled. */
export function unknownVariables(environment: Environment): string[] {
  const known = new Set<string>(variables.map(([name]) => name))
  return Object.keys(environment).flatMap((variable) => {
    const { prefix = '', name = '' } = LOOKS_LIKE_OURS.exec(variable)?.groups ?? {}
    if (prefix !== '')
      return [`${name}: its name has something in front, such as a byte order mark; remove it`]
    if (name === '' || known.has(variable) || SET_BY_KUBERNETES.test(variable) || variable === REVISION)
      return []
    return [`${variable}: not a variable of this program; see --help`]
  })
}
