/** How each tool reads an env file. @throws if the tool rejects the file */
export const envFileReaders: Readonly<Record<string, (text: string) => Readonly<Record<string, string>>>> = {
  'docker run --env-file': readAsDocker,
  'Docker Compose': readAsCompose,
  "systemd's EnvironmentFile": readAsSystemd,
}

/** @see https://github.com/docker/cli/blob/v28.2.2/pkg/kvfile/kvfile.go (its file format): values are literal */
function readAsDocker(text: string): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const line of text.split(/\r?\n/).map((each) => each.trimStart())) {
    const [, name = '', value] = /^([^=]*)(?:=(.*))?$/.exec(line) ?? []
    if (line === '' || line.startsWith('#')) continue
    if (name === '' || /\s/.test(name)) throw new Error(`not a variable: ${name}`)
    if (value !== undefined) environment[name] = value
  }
  return environment
}

/** @see https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax */
function readAsCompose(text: string): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const [, name = '', rest = ''] = /^(?:export\s+)?([\w.-]+)\s*[=:]\s*(.*)$/.exec(line) ?? []
    if (name !== '') environment[name] = composeValue(rest, environment)
  }
  return environment
}

function composeValue(text: string, environment: Readonly<Record<string, string>>): string {
  const quote = /^['"]/.exec(text)?.[0]
  if (quote === undefined) return interpolate((text.split(' #')[0] as string).trimEnd(), environment)
  const [, inner] = new RegExp(`^${quote}((?:\\\\.|[^\\\\${quote}])*)${quote}`).exec(text) ?? []
  if (inner === undefined) throw new Error('a quote is not closed')
  const value = inner.replaceAll(`\\${quote}`, quote)
  if (quote === "'") return value
  return interpolate(
    value.replace(/\\([$\\"])/g, (_all, escaped) => (escaped === '$' ? '$$' : escaped)),
    environment,
  )
}

function interpolate(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:(\$)|([a-z_]\w*)|\{([a-z_]\w*)\})?/gi,
    (all, escaped?: string, name?: string, braced?: string) =>
      all === '$' ? all : (escaped ?? environment[name ?? braced ?? ''] ?? ''),
  )
}

/** @see https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile= */
function readAsSystemd(text: string): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const line of text.split('\n')) {
    // Before version 254 the next line belongs to the comment.
    if (/\\$/.test(line)) throw new Error('a line continues on the next')
    const [, name = '', value = ''] = /^[ \t]*([^\s#;][^=]*)=\s*(.*?)\s*$/.exec(line) ?? []
    if (/^\w+$/.test(name.trimEnd())) environment[name.trimEnd()] = systemdValue(value)
  }
  return environment
}

/** Quotes count only at the start of a value. A quoted part may follow another. */
function systemdValue(text: string): string {
  let rest = text
  let value = ''
  for (;;) {
    const [part, single, double] = /^\s*(?:'([^']*)'|"((?:\\.|[^"\\])*)")/.exec(rest) ?? []
    if (part === undefined) break
    value += single ?? double?.replace(/\\(["\\`$])/g, '$1') ?? ''
    rest = rest.slice(part.length)
  }
  if (/^\s*['"]/.test(rest)) throw new Error('a quote is not closed')
  return value + rest.trimStart().replace(/\\(.)/g, '$1')
}
