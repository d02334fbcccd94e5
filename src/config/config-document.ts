import { isBlank, isMapping, type LocatedProblem, type Path } from '../yaml-text.ts'
import { tokenSettings } from './load-operation.ts'
import type { RawSettings } from './read-operation.ts'
import { type RawValue, readSetting, type Setting } from './setting.ts'
import { type SettingName, settingNames, settings } from './settings.ts'
import { unknownKeyMessage } from './similar-name.ts'

/** What a configuration file says, before its values are read. */
export interface ConfigDocument {
  readonly operations: readonly DocumentOperation[]
  readonly problems: readonly LocatedProblem[]
}

/** One operation of a file, with the defaults of the file. */
export interface DocumentOperation {
  readonly raw: RawSettings
  /** Settings that come from the defaults of the file. */
  readonly inherited: ReadonlySet<SettingName>
  /** Where a setting is, or belongs, in this operation. */
  readonly placeOf: (setting: SettingName, subpath?: Path) => Path
  /** Settings whose problem is already reported: unreadable values and wrong defaults. */
  readonly reported: ReadonlySet<SettingName>
}

/** The key of the list of operations. */
export const OPERATIONS = 'operations'

/** The keys of a section: a setting, or a section below it. */
type Keys = ReadonlyMap<string, SettingName | ReadonlyMap<string, SettingName>>

const operationKeys = keysOf(settingNames)
// A default would give several operations the same name.
const fileKeys = keysOf(settingNames.filter((name) => name !== 'name'))

function keysOf(names: readonly SettingName[]): Keys {
  const keys = new Map<string, SettingName | Map<string, SettingName>>()
  for (const name of names) {
    const [first = '', second] = keyPath(name)
    const section = keys.get(first)
    if (second === undefined) keys.set(first, name)
    else if (section instanceof Map) section.set(second, name)
    else keys.set(first, new Map([[second, name]]))
  }
  return keys
}

/** The key of a setting, with the key of its section. */
export function keyPath(setting: SettingName): readonly string[] {
  return settings[setting].key.split('.')
}

/** Splits the value of a YAML file into operations and defaults. Every value is a text, a list or a mapping. */
export function readDocument(value: unknown): ConfigDocument {
  const problems: LocatedProblem[] = []
  if (!isMapping(value)) {
    problems.push({ at: [], message: `must contain keys with values, such as ${OPERATIONS}` })
    return { operations: [], problems }
  }
  const { [OPERATIONS]: list, ...rest } = value
  const defaults = readKeys(rest, [], fileKeys, problems, [OPERATIONS])
  const wrongDefaults = checkDefaults(defaults, problems)
  const operations = operationsIn(list, problems).flatMap(([index, operation]) => {
    const path = [OPERATIONS, index]
    if (!isMapping(operation)) {
      problems.push({
        at: path,
        message: 'must contain the settings of an operation, such as name and server',
      })
      return []
    }
    const own = readKeys(operation, path, operationKeys, problems)
    if (!Object.hasOwn(operation, settings.name.key)) {
      problems.push({
        at: [...path, settings.name.key],
        message: 'missing; set it to the value of the label operation',
      })
    }
    return [withDefaults(own, defaults, path, wrongDefaults)]
  })
  return { operations, problems }
}

function operationsIn(list: unknown, problems: LocatedProblem[]): [number, unknown][] {
  if (Array.isArray(list) && list.length > 0) return [...list.entries()]
  const message =
    list === undefined || isEmpty(list)
      ? 'has no operations; list at least one'
      : 'must be a list of operations, each with name and server'
  problems.push({ at: list === undefined ? [] : [OPERATIONS], message })
  return []
}

/** The problems of the defaults themselves. @returns the settings that have one */
function checkDefaults(defaults: RawSettings, problems: LocatedProblem[]): Set<SettingName> {
  const wrong = new Set<SettingName>()
  for (const [name, raw] of Object.entries(defaults) as [SettingName, RawValue][]) {
    for (const { at, message } of readSetting<unknown>(settings[name] as Setting, raw).problems) {
      wrong.add(name)
      problems.push({ at: [...keyPath(name), ...at], message })
    }
  }
  return wrong
}

function withDefaults(
  own: RawSettings,
  defaults: RawSettings,
  path: Path,
  wrongDefaults: ReadonlySet<SettingName>,
): DocumentOperation {
  const written = Object.keys(own) as SettingName[]
  const unreadable = written.filter((name) => own[name] === undefined)
  // If an operation sets any token setting, it inherits none.
  const hasToken = written.some(isTokenSetting)
  const inherited = new Set(
    (Object.keys(defaults) as SettingName[]).filter(
      (name) => !Object.hasOwn(own, name) && !(hasToken && isTokenSetting(name)),
    ),
  )
  const raw = { ...Object.fromEntries([...inherited].map((name) => [name, defaults[name]])), ...own }
  return {
    raw,
    inherited,
    reported: new Set([
      ...[...inherited].filter((name) => wrongDefaults.has(name)),
      ...unreadable,
      ...(unreadable.some(isTokenSetting) ? tokenSettings : []),
    ]),
    placeOf: (setting, subpath = []) => [...path, ...keyPath(setting), ...subpath],
  }
}

const isTokenSetting = (name: SettingName) => (tokenSettings as readonly SettingName[]).includes(name)

/** Reads the settings of a section. Reports unknown keys and unreadable values. */
function readKeys(
  section: Readonly<Record<string, unknown>>,
  path: Path,
  known: Keys,
  problems: LocatedProblem[],
  otherKeys: readonly string[] = [],
): RawSettings {
  const found: Partial<Record<SettingName, RawValue | undefined>> = {}
  for (const [key, value] of Object.entries(section)) {
    const entryPath = [...path, key]
    const entry = known.get(key)
    if (entry === undefined) {
      const message =
        key === settings.name.key
          ? 'belongs to each operation; the file itself has no name'
          : unknownKeyMessage(key, [...known.keys(), ...otherKeys])
      problems.push({ at: entryPath, message })
    } else if (typeof entry !== 'string') {
      if (isMapping(value) && Object.keys(value).length > 0) {
        Object.assign(found, readKeys(value, entryPath, entry, problems))
      } else {
        const message = isEmpty(value) ? EMPTY : `must contain keys: ${[...entry.keys()].join(', ')}`
        problems.push({ at: entryPath, message })
      }
    } else {
      // An unreadable value counts as set, so no default replaces it.
      found[entry] = readValue(entry, value, entryPath, problems)
    }
  }
  return found
}

const EMPTY = 'is empty; set it to a value, or remove the key'

function readValue(
  name: SettingName,
  value: unknown,
  path: Path,
  problems: LocatedProblem[],
): RawValue | undefined {
  const { isStructured = false, mayBeEmpty = false }: Setting = settings[name]
  if (isBlankText(value) || (isEmpty(value) && !mayBeEmpty)) {
    problems.push({ at: path, message: EMPTY })
    return undefined
  }
  if (typeof value !== 'string' && !isStructured) {
    problems.push({
      at: path,
      message: `must be a single value, not ${Array.isArray(value) ? 'a list' : 'keys'}`,
    })
    return undefined
  }
  const before = problems.length
  const trimmed = trimTexts(value, path, problems)
  return problems.length > before ? undefined : trimmed
}

/** Removes white space around texts, as in variables. Reports texts that are empty. */
function trimTexts(value: unknown, path: Path, problems: LocatedProblem[]): RawValue {
  if (Array.isArray(value)) return value.map((item, index) => trimTexts(item, [...path, index], problems))
  if (isMapping(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, trimTexts(item, [...path, key], problems)]),
    )
  }
  if (isBlankText(value)) problems.push({ at: path, message: emptyValueMessage(path) })
  return String(value).trim()
}

/** What is wrong with an empty text within a list or a mapping, and what to do. */
function emptyValueMessage(path: Path): string {
  if (typeof path.at(-1) === 'number') return 'is empty; set it to a value, or remove it'
  // Only a report may have no settings.
  const isReport = path.at(-2) === settings.reports.key
  return isReport ? 'is empty; set it to a value, or write {} for no settings' : EMPTY
}

const isBlankText = (value: unknown) => typeof value === 'string' && isBlank(value.trim())

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return isMapping(value) ? Object.keys(value).length === 0 : isBlankText(value)
}
