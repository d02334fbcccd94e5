import { resolve } from 'node:path'
import type { Groups } from '../groups/groups.ts'
import { reportNamed, reports } from '../reports/index.ts'
import { formatDuration } from '../units.ts'
import { routeFromEnvironment } from './environment-proxy.ts'
import { defaultBaseUrl, type Operation } from './operation.ts'
import {
  intervalPlace,
  type RawSettings,
  readOperation,
  type SettingProblem,
  shortestOf,
} from './read-operation.ts'
import { type RawValue, readSetting } from './setting.ts'
import { MIN_TOKEN_LENGTH, parameterNames, type SettingName, settingNames, settings } from './settings.ts'
import { readTextFile } from './text-file.ts'
import { pathProblems } from './text-problems.ts'

/** An operation with the contents of its files. */
export interface LoadedOperation {
  /** `undefined` if there are problems. */
  readonly operation: Operation | undefined
  /** The token, even if something else is wrong; for a search in the settings of others. */
  readonly token: string | undefined
  readonly problems: readonly SettingProblem[]
  /** Problems of files whose last good content stays in use. */
  readonly keptProblems: readonly SettingProblem[]
  /** Problems of the environment, each with its variable. */
  readonly environmentProblems: readonly string[]
  readonly warnings: readonly SettingWarning[]
  /** The files that the settings name, which may be replaced. */
  readonly files: readonly string[]
  /** Whether a file system did not respond. Each further file on it would block one more of libuv's threads. */
  readonly hangs: boolean
}

/** What is odd about a setting, although it is valid. */
export interface SettingWarning extends SettingProblem {
  /** Whether it only says that this operation does not need the setting. */
  readonly isUnused?: boolean
}

/** Where the settings of an operation come from. */
export interface SettingSource {
  readonly environment: Readonly<Record<string, string | undefined>>
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

// The interval that wolkvox's documentation suggests for the agents report.
const SUGGESTED_INTERVAL_MS = 300_000

/** Reads an operation, the files that its settings name, and the proxy of the environment. */
export async function loadOperation(raw: RawSettings, source: SettingSource): Promise<LoadedOperation> {
  const token = await loadToken(raw, source)
  const ca = await loadCa(raw, source)
  const key = await loadHashKey(raw, source)
  // Omit where the token comes from: it is read.
  const read = readOperation({ ...raw, token: token.text, tokenFile: undefined, tokenEnv: undefined })
  const route = routeOf(raw, source)
  const { proxy } = route.route ?? (read.ok ? read.operation.route : {})
  const groups = await loadGroups(raw, source, {
    token: token.text,
    'key of the pseudonyms': key.key?.reveal(),
    'password of the proxy': proxy?.credentials?.password.reveal(),
  })
  const problems = [
    ...token.problems,
    ...(read.ok ? [] : read.problems)
      .filter(({ setting }) => setting !== 'token' || token.problems.length === 0)
      .map((problem) => (problem.setting === 'token' ? { ...problem, setting: token.setting } : problem)),
    ...ca.problems,
    ...(await patternProblems(raw)),
    ...key.problems,
    ...groups.problems,
  ].sort((one, other) => settingNames.indexOf(one.setting) - settingNames.indexOf(other.setting))
  const operation =
    read.ok && problems.length === 0 && route.problems.length === 0
      ? {
          ...read.operation,
          route: route.route ?? { ...read.operation.route, source: source.nameOf('proxyUrl') },
          caCertificates: ca.certificates,
          hashKey: key.key,
          groups: groups.groups,
        }
      : undefined
  return {
    operation,
    token: token.text,
    problems,
    keptProblems: groups.keptProblems,
    environmentProblems: route.problems,
    warnings: [
      ...(operation === undefined
        ? []
        : [
            ...shortIntervalWarnings(operation, raw),
            ...longTimeoutWarnings(operation),
            ...unusedGroupsWarnings(operation),
            ...needlessParameterWarnings(operation, raw),
            ...unusedParameterWarnings(operation, raw, source),
          ]),
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

interface LoadedToken {
  /** Where it comes from. */
  readonly setting: SettingName
  readonly text: string | undefined
  readonly path?: string
  readonly problems: readonly SettingProblem[]
  readonly hangs: boolean
}

async function loadToken(raw: RawSettings, source: SettingSource): Promise<LoadedToken> {
  const [setting = 'token', ...others] = tokenSettings.filter((name) => raw[name] !== undefined)
  const text = raw[setting]
  const found = (
    text: string | undefined,
    messages: readonly string[],
    more: { readonly path?: string; readonly hangs?: boolean } = {},
  ): LoadedToken => ({
    setting,
    text,
    problems: messages.map((message) => ({ setting, message })),
    hangs: false,
    ...more,
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
    const token = (isSet && source.environment[written]?.trim()) || undefined
    // The text is not repeated: it may be the token itself.
    return found(token, token === undefined ? ['names a variable that is not set; set it to the token'] : [])
  }
  const wrong = pathProblems(written)
  if (wrong.length > 0) return found(undefined, wrong)
  const path = pathOf(written, source)
  const file = await readTextFile(path, 'the token', MAX_TOKEN_FILE_BYTES)
  return found(file.text, file.problems, { path, hangs: file.hangs })
}

/** Reads the CA file, unless there is none or its path is wrong, which is reported like any wrong setting. */
async function loadCa({ caFile }: RawSettings, source: SettingSource) {
  if (typeof caFile !== 'string' || pathProblems(caFile).length > 0) return NO_CA
  const { readCaFile } = await import('./ca-file.ts')
  const path = pathOf(caFile, source)
  const { certificates, problems, warnings, hangs } = await readCaFile(path, Date.now())
  const inSetting = (messages: readonly string[]) =>
    messages.map((message) => ({ setting: 'caFile', message }) as const)
  return { certificates, path, problems: inSetting(problems), warnings: inSetting(warnings), hangs }
}

const NO_CA = { certificates: undefined, path: undefined, problems: [], warnings: [], hangs: false } as const

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

/** Reads the key of the pseudonyms, unless its path is wrong. Without a key, a list of names or ids would find the agents. */
async function loadHashKey({ hashKeyFile, ...raw }: RawSettings, source: SettingSource) {
  if (hashKeyFile === undefined) {
    const hashed = (['agentName', 'agentId'] as const).find((setting) => raw[setting] === 'hash')
    if (hashed === undefined) return NO_KEY
    const name = source.nameOf('hashKeyFile')
    const message = `hash needs a key; set ${name} to a file with the output of: openssl rand -hex 32`
    return { ...NO_KEY, problems: [{ setting: hashed, message, missing: 'hashKeyFile' } as const] }
  }
  if (typeof hashKeyFile !== 'string' || pathProblems(hashKeyFile).length > 0) return NO_KEY
  const { readHashKey } = await import('./hash-key.ts')
  const path = pathOf(hashKeyFile, source)
  const { key, problems, hangs } = await readHashKey(path)
  return {
    key,
    path,
    problems: problems.map((message) => ({ setting: 'hashKeyFile', message }) as const),
    hangs,
  }
}

const NO_KEY = { key: undefined, path: undefined, problems: [], hangs: false } as const

/** Reads the groups file like the CA file. */
async function loadGroups(
  { groupsFile }: RawSettings,
  source: SettingSource,
  secrets: Readonly<Record<string, string | undefined>>,
) {
  if (typeof groupsFile !== 'string' || pathProblems(groupsFile).length > 0) return NO_GROUPS
  const { lastGroups } = source
  // Most operations have no groups file.
  const { readGroupsFile } = await import('./groups-file.ts')
  const path = pathOf(groupsFile, source)
  const file = await readGroupsFile(path)
  const { hangs } = file
  // No other file is read after one that hangs.
  const groups = file.groups ?? (hangs ? undefined : lastGroups?.get(path))
  const leaks = Object.keys(secrets).filter((name) => groups && hasSecret(groups, secrets[name]))
  if (file.groups !== undefined && leaks.length === 0) lastGroups?.set(path, file.groups)
  const inSetting = (messages: readonly string[]) =>
    messages.map((message) => ({ setting: 'groupsFile', message }) as const)
  const [problems, keptProblems] = groups === undefined ? [file.problems, []] : [[], file.problems]
  return {
    groups,
    path,
    problems: inSetting([...problems, ...leaks.map((name) => `contains the ${name}; remove it`)]),
    keptProblems: inSetting(keptProblems),
    hangs,
  }
}

/** A secret in a value or in the name of a column would become part of a label. */
function hasSecret({ labelNames, table }: Groups, secret: string | undefined): boolean {
  if (secret === undefined || secret.length < MIN_TOKEN_LENGTH) return false
  if (labelNames.some((name) => name.includes(secret))) return true
  // The table is JSON.
  return Buffer.from(table.buffer).includes(JSON.stringify(secret).slice(1, -1))
}

const NO_GROUPS = {
  groups: undefined,
  path: undefined,
  problems: [],
  keptProblems: [],
  hangs: false,
} as const

const pathOf = (path: string, { folder }: SettingSource) =>
  folder === undefined ? path : resolve(folder, path)

function shortIntervalWarnings({ reports }: Operation, raw: RawSettings): SettingWarning[] {
  const { name, refreshIntervalMs } = shortestOf(reports)
  if (refreshIntervalMs >= SUGGESTED_INTERVAL_MS) return []
  const refreshInterval = keysOf(keysOf(raw.reports)[name])[settings.refreshInterval.key]
  const message = `${formatDuration(refreshIntervalMs)} is shorter than the 5m that wolkvox suggests; every call counts against the daily quota`
  return [{ ...intervalPlace({ name, refreshInterval }), message }]
}

function longTimeoutWarnings(operation: Operation): SettingWarning[] {
  const [timeoutMs, shortest] = [operation.timeoutMs, shortestInterval(operation)]
  if (timeoutMs <= shortest) return []
  const message =
    `${formatDuration(timeoutMs)} is longer than the refresh interval of ${formatDuration(shortest)}; ` +
    'a slow request skips the next refreshes'
  return [{ setting: 'timeout', message }]
}

function unusedGroupsWarnings({ groups, reports }: Operation): SettingWarning[] {
  if (groups === undefined || reports.some(({ name }) => name === 'agents')) return []
  return [{ setting: 'groupsFile', message: 'has no effect without the report agents; add it to reports' }]
}

/** Settings of reports with a value that changes nothing. */
function needlessParameterWarnings({ reports }: Operation, raw: RawSettings): SettingWarning[] {
  return reports.flatMap(({ name, parameters = {} }) =>
    Object.entries(reportNamed(name).needlessValues ?? {}).flatMap(([parameter, values]) => {
      const value = parameters[parameter]
      if (value === undefined || !values.includes(value)) return []
      const setting = parameter as SettingName
      const usual = new Intl.ListFormat('en-GB').format(values.map(String))
      const message = `${value} changes nothing, because wolkvox always sends ${usual}; remove it, or set another value`
      const isListed = keysOf(keysOf(raw.reports)[name])[settings[setting].key] !== undefined
      return [
        isListed ? { setting: 'reports', at: [name, settings[setting].key], message } : { setting, message },
      ]
    }),
  )
}

const keysOf = (raw: RawValue | undefined): Readonly<Record<string, RawValue>> =>
  typeof raw === 'object' && !Array.isArray(raw) ? (raw as Readonly<Record<string, RawValue>>) : {}

/** Settings of reports that the operation does not have. */
function unusedParameterWarnings(
  operation: Operation,
  raw: RawSettings,
  { nameOf }: SettingSource,
): SettingWarning[] {
  return parameterNames.flatMap((setting) => {
    const owners = reports.filter((report) => report.ownSettings?.includes(setting)).map(({ name }) => name)
    const isUsed = operation.reports.some(({ name }) => owners.includes(name))
    if (raw[setting] === undefined || isUsed) return []
    const message = `has no effect without the report ${owners.join(' or ')}; add it to ${nameOf('reports')}`
    return [{ setting, message, isUnused: true }]
  })
}

const shortestInterval = ({ reports }: Operation) =>
  Math.min(...reports.map(({ refreshIntervalMs }) => refreshIntervalMs))
