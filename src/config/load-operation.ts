import { resolve } from 'node:path'
import type { Groups } from '../groups/groups.ts'
import { routeFromEnvironment } from './environment-proxy.ts'
import { defaultBaseUrl, type Operation } from './operation.ts'
import { operationWarnings, type SettingWarning } from './operation-warnings.ts'
import { type RawSettings, readOperation, type SettingProblem } from './read-operation.ts'
import { readSetting } from './setting.ts'
import { MIN_TOKEN_LENGTH, type SettingName, settingNames, settings } from './settings.ts'
import { type FileContent, readTextFile } from './text-file.ts'
import { pathProblems } from './text-problems.ts'
import { type Environment, readVariable } from './variables.ts'

/** An operation with the contents of its files. */
export interface LoadedOperation {
  /** `undefined` if there are problems. */
  readonly operation: Operation | undefined
  /** The token, even if something else is wrong; for a search in the settings of others. */
  readonly token: string | undefined
  readonly problems: readonly SettingProblem[]
  /** Problems of files whose last good content stays in use. */
  readonly toleratedProblems: readonly SettingProblem[]
  /** Problems of the environment, each with its variable. */
  readonly environmentProblems: readonly string[]
  readonly warnings: readonly SettingWarning[]
  /** The files that the settings name, which may be replaced. */
  readonly files: readonly string[]
  /** Whether a file system did not respond. Each further file on it would block one more of libuv's threads. */
  readonly hangs: boolean
}

/** Where the settings of an operation come from. */
export interface SettingSource {
  readonly environment: Environment
  /** Folder of relative paths; `undefined`: the current one. */
  readonly folder: string | undefined
  /** The name of a setting in messages. */
  readonly nameOf: (setting: SettingName) => string
  /**
   * The last good labels by the path of their groups file: they stay in use while the file cannot be used, so that it does not keep
   * back a new token. Absent or empty: such a file is a problem.
   */
  readonly lastGroups?: Map<string, Groups>
}

// Far longer than any token.
const MAX_TOKEN_FILE_BYTES = 64 * 1024

/** Reads an operation, the files that its settings name, and the proxy of the environment. */
export async function loadOperation(raw: RawSettings, source: SettingSource): Promise<LoadedOperation> {
  const token = await loadToken(raw, source)
  const ca = await loadFile('caFile', raw, source, async (path) => {
    const { readCaFile } = await import('./ca-file.ts')
    return readCaFile(path, Date.now())
  })
  const key = await loadFile('hashKeyFile', raw, source, async (path) => {
    const { readHashKey } = await import('./hash-key.ts')
    return readHashKey(path)
  })
  // Omit where the token comes from: it is read.
  const read = readOperation({ ...raw, token: token.content, tokenFile: undefined, tokenEnv: undefined })
  const route = routeOf(raw, source)
  const { proxy } = route.route ?? (read.ok ? read.operation.route : {})
  const groups = await loadGroups(raw, source, {
    token: token.content,
    'key of the pseudonyms': key.content?.reveal(),
    'password of the proxy': proxy?.credentials?.password.reveal(),
  })
  const problems = [
    ...token.problems,
    ...(read.ok ? [] : read.problems)
      .filter(({ setting }) => setting !== 'token' || token.problems.length === 0)
      .map((problem) => (problem.setting === 'token' ? { ...problem, setting: token.setting } : problem)),
    ...ca.problems,
    ...(await patternProblems(raw)),
    ...missingKeyProblems(raw, source),
    ...key.problems,
    ...groups.problems,
  ].sort((one, other) => settingNames.indexOf(one.setting) - settingNames.indexOf(other.setting))
  const operation =
    read.ok && problems.length === 0 && route.problems.length === 0
      ? {
          ...read.operation,
          route: route.route ?? { ...read.operation.route, source: source.nameOf('proxyUrl') },
          caCertificates: ca.content,
          hashKey: key.content,
          groups: groups.content,
        }
      : undefined
  return {
    operation,
    token: token.content,
    problems,
    toleratedProblems: groups.toleratedProblems,
    environmentProblems: route.problems,
    warnings: [
      ...(operation === undefined ? [] : operationWarnings(operation, raw, source.nameOf)),
      ...ca.warnings,
    ],
    files: [token.path, ca.path, key.path, groups.path].filter((path) => path !== undefined),
    hangs: token.hangs || ca.hangs || key.hangs || groups.hangs,
  }
}

/** The route that other programs' variables choose; none if the setting names one, which has precedence. */
function routeOf({ proxyUrl, server, baseUrl }: RawSettings, { environment }: SettingSource) {
  const target = URL.parse(String(baseUrl ?? defaultBaseUrl(String(server ?? ''))))
  if (proxyUrl !== undefined || target === null) return { route: undefined, problems: [] }
  return routeFromEnvironment(environment, target)
}

/** The settings that say where the token is. An operation has exactly one of them. */
export const tokenSettings = ['token', 'tokenFile', 'tokenEnv'] as const

/** The content of a file that a setting names. */
interface LoadedFile<T> {
  /** `undefined` if there is no file, or if it cannot be used. */
  readonly content: T | undefined
  /** `undefined` if no file was read. */
  readonly path: string | undefined
  readonly problems: readonly SettingProblem[]
  readonly warnings: readonly SettingWarning[]
  readonly hangs: boolean
}

const NO_FILE = { content: undefined, path: undefined, problems: [], warnings: [], hangs: false } as const

/**
 * Reads the file that a setting names, unless there is none or its path is wrong, which is reported like any wrong setting.
 *
 * @param read loads its code only when it is called: most operations have few files
 */
async function loadFile<T>(
  setting: SettingName,
  raw: RawSettings,
  { folder }: SettingSource,
  read: (path: string) => Promise<FileContent<T>>,
): Promise<LoadedFile<T>> {
  const written = raw[setting]
  if (typeof written !== 'string' || pathProblems(written).length > 0) return NO_FILE
  const path = folder === undefined ? written : resolve(folder, written)
  const { content, problems, warnings = [], hangs } = await read(path)
  const inSetting = (messages: readonly string[]) => messages.map((message) => ({ setting, message }))
  return { content, path, problems: inSetting(problems), warnings: inSetting(warnings), hangs }
}

interface LoadedToken extends LoadedFile<string> {
  /** Where it comes from. */
  readonly setting: SettingName
}

async function loadToken(raw: RawSettings, source: SettingSource): Promise<LoadedToken> {
  const [setting = 'token', ...others] = tokenSettings.filter((name) => raw[name] !== undefined)
  const text = raw[setting]
  const found = (content: string | undefined, messages: readonly string[]): LoadedToken => ({
    ...NO_FILE,
    setting,
    content,
    problems: messages.map((message) => ({ setting, message })),
  })
  if (others.length > 0) {
    const message = `set together with ${source.nameOf(setting)}; keep one of the two`
    const problems = others.map((other) => ({ setting: other, message }))
    return { ...found(setting === 'token' ? String(text) : undefined, []), problems }
  }
  if (text === undefined) {
    const { nameOf } = source
    return found(undefined, [
      `missing; set it to the wolkvox token, or ${nameOf('tokenFile')} to a file that contains it`,
    ])
  }
  const written = String(text)
  if (setting === 'token') {
    return written === '' ? found(undefined, ['is empty; set it to the wolkvox token']) : found(written, [])
  }
  if (setting === 'tokenEnv') {
    const wrong = readSetting(settings.tokenEnv, written).problems.map(({ message }) => message)
    if (wrong.length > 0) return found(undefined, wrong)
    // A file can name `constructor`, which every object inherits.
    const isSet = Object.hasOwn(source.environment, written)
    const token = isSet ? readVariable(source.environment, written) : undefined
    // The text is not repeated: it may be the token itself.
    return found(token, token === undefined ? ['names a variable that is not set; set it to the token'] : [])
  }
  const wrong = pathProblems(written)
  if (wrong.length > 0) return found(undefined, wrong)
  const file = await loadFile('tokenFile', raw, source, (path) =>
    readTextFile(path, 'the token', MAX_TOKEN_FILE_BYTES),
  )
  return { setting, ...file }
}

/** Problems of patterns over agents. Their engine is loaded only with a pattern. */
async function patternProblems(raw: RawSettings): Promise<SettingProblem[]> {
  const patterns = (['agentsInclude', 'agentsExclude'] as const).flatMap((setting) => {
    const list = raw[setting]
    if (!Array.isArray(list)) return []
    return list.map((pattern: unknown, index) => ({ setting, at: [index], pattern }))
  })
  if (patterns.length === 0) return []
  const { patternProblem } = await import('../reports/agent-filter.ts')
  return patterns.flatMap(({ pattern, ...place }) => {
    const message = typeof pattern === 'string' ? patternProblem(pattern) : undefined
    return message === undefined ? [] : [{ ...place, message }]
  })
}

/** Without a key, a list of names or ids would find the agents. */
function missingKeyProblems(raw: RawSettings, source: SettingSource): SettingProblem[] {
  if (raw.hashKeyFile !== undefined) return []
  const hashed = (['agentName', 'agentId'] as const).find((setting) => raw[setting] === 'hash')
  if (hashed === undefined) return []
  const name = source.nameOf('hashKeyFile')
  const message = `hash needs a key; set ${name} to a file with the output of: openssl rand -hex 32`
  return [{ setting: hashed, message, missing: 'hashKeyFile' }]
}

/**
 * Reads the groups file. While it is wrong, its last good content stays, and `toleratedProblems` says what is wrong.
 *
 * @param secrets which it must not contain, by what they are
 */
async function loadGroups(
  raw: RawSettings,
  source: SettingSource,
  secrets: Readonly<Record<string, string | undefined>>,
): Promise<LoadedFile<Groups> & Pick<LoadedOperation, 'toleratedProblems'>> {
  const file = await loadFile('groupsFile', raw, source, async (path) => {
    const { readGroupsFile } = await import('./groups-file.ts')
    return readGroupsFile(path)
  })
  const { path, problems, hangs } = file
  if (path === undefined) return { ...file, toleratedProblems: [] }
  // No other file is read after one that hangs.
  const content = file.content ?? (hangs ? undefined : source.lastGroups?.get(path))
  if (content === undefined) return { ...file, toleratedProblems: [] }
  const leaks = Object.keys(secrets).filter((name) => hasSecret(content, secrets[name]))
  if (file.content !== undefined && leaks.length === 0) source.lastGroups?.set(path, content)
  const leakProblems = leaks.map(
    (name) => ({ setting: 'groupsFile', message: `contains the ${name}; remove it` }) as const,
  )
  return { ...file, content, problems: leakProblems, toleratedProblems: problems }
}

/** A secret in a value or in the name of a column would become part of a label. */
function hasSecret({ labelNames, table }: Groups, secret: string | undefined): boolean {
  if (secret === undefined || secret.length < MIN_TOKEN_LENGTH) return false
  if (labelNames.some((name) => name.includes(secret))) return true
  // The table is JSON.
  return Buffer.from(table.buffer).includes(JSON.stringify(secret).slice(1, -1))
}
