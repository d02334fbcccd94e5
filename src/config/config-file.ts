import { dirname, resolve } from 'node:path'
import type { Groups } from '../groups/groups.ts'
import { createSecretFinder } from '../secret.ts'
import { type LocatedProblem, parseYaml, type YamlText } from '../yaml-text.ts'
import { agreeOnAccounts, type OperationProblem } from './account-agreement.ts'
import { type ConfigDocument, keyPath, OPERATIONS, readDocument } from './config-document.ts'
import { ConfigError, limitListed } from './config-error.ts'
import { type LoadedOperation, loadOperation } from './load-operation.ts'
import type { Config } from './operation.ts'
import type { SettingWarning } from './operation-warnings.ts'
import { exposedTokenProblems, type SettingProblem, shownTexts } from './read-operation.ts'
import { type SettingName, settings } from './settings.ts'
import { readTextFile } from './text-file.ts'
import { type Environment, readVariable, unknownVariableWarnings, variableSettings } from './variables.ts'

const MAX_BYTES = 512 * 1024

// 100 operations with ten settings each have about 11,000. The parser needs 2 to 10 µs for each, and at a reload it blocks the
// serving thread.
const MAX_TOKENS = 30_000

// One for each operation of a large file.
const MAX_PROBLEMS = 100

/** Settings whose problems depend on others, so that a default is wrong only for some operations: the problem names them. */
const DEPENDENT: ReadonlySet<SettingName> = new Set(['staleAfter', 'refreshInterval', 'reports', 'timeout'])

/**
 * Reads the configuration file.
 *
 * @param path of the file
 * @param option what names the file, for problems of the file itself
 * @throws ConfigError with every problem, each with its place in the file
 */
export async function readConfigFile(
  path: string,
  option: string,
  environment: Environment,
): Promise<Config> {
  const { content: text, problems } = await readTextFile(path, 'the configuration', MAX_BYTES, {
    isExact: true,
  })
  if (text === undefined) throw new ConfigError(problems.map((problem) => `${option}: ${problem}`))
  const yaml = parseYaml(text, { name: path, maxTokens: MAX_TOKENS, privateSections: [] })
  if (yaml.problems.length > 0) throw new ConfigError(limitListed(yaml.problems, MAX_PROBLEMS))
  const document = readDocument(yaml.value)
  const parsed: ParsedConfig = { path, option, yaml, document, environment, lastGroups: new Map() }
  return loadOperations(parsed)
}

interface ParsedConfig {
  readonly path: string
  readonly option: string
  readonly yaml: YamlText
  readonly document: ConfigDocument
  readonly environment: Environment
  /** Empty when the configuration is read as a whole: then, all of its files have to be good. */
  readonly lastGroups: Map<string, Groups>
}

/** Reads the values of a file and the files that they name. */
async function loadOperations(parsed: ParsedConfig): Promise<Config> {
  const { path, option, document, environment, lastGroups } = parsed
  const { operations } = document
  const source = {
    environment,
    folder: dirname(resolve(path)),
    nameOf: (setting: SettingName) => settings[setting].key,
    lastGroups,
  }
  const loaded: LoadedOperation[] = []
  // One after the other: each hung file blocks one of libuv's threads.
  for (const { raw } of operations) {
    const operation = await loadOperation(raw, source)
    loaded.push(operation)
    if (operation.hangs) break
  }
  const agreement = agreeOnAccounts(
    loaded.flatMap(({ operation }, index) => {
      const raw = operations[index]?.raw
      return operation === undefined || raw === undefined ? [] : [{ index, raw, operation }]
    }),
  )
  const located = (list: readonly (SettingProblem | OperationProblem)[], index = 0): LocatedProblem[] =>
    list.flatMap((problem) => locate(document, 'index' in problem ? problem.index : index, problem))
  const problems = [
    ...document.problems,
    ...loaded.flatMap((operation, index) => located(operation.problems, index)),
    ...located([
      ...duplicateNameProblems(document),
      ...otherTokenProblems(
        document,
        loaded.map(({ token }) => token),
      ),
      ...agreement.problems,
    ]),
  ]
  const fromEnvironment = [
    ...variableProblems(environment, tokenVariables(document)),
    ...new Set(loaded.flatMap(({ environmentProblems }) => environmentProblems)),
  ]
  const tolerated = loaded.flatMap(({ toleratedProblems }, index) => located(toleratedProblems, index))
  if (problems.length > 0 || fromEnvironment.length > 0) {
    throw new ConfigError(
      limitListed([...fromEnvironment, ...inOrder(parsed.yaml, [...problems, ...tolerated])], MAX_PROBLEMS),
    )
  }
  const warnings = loaded.flatMap(({ operation, warnings }, index) =>
    warnings
      .filter((warning) => !isUsedElsewhere(warning, index, document, loaded))
      .flatMap((warning) => locate(document, index, warning, { namesOperation: false }))
      .map((problem) => ({ problem, name: operation?.name ?? '' })),
  )
  return {
    operations: agreement.operations,
    ...(tolerated.length > 0 && {
      toleratedProblems: limitListed(inOrder(parsed.yaml, tolerated), MAX_PROBLEMS),
    }),
    warnings: [
      ...unknownVariableWarnings(environment, tokenVariables(document)),
      ...inOrder(
        parsed.yaml,
        warnings.map(({ problem }) => problem),
      ),
    ],
    warnedOperations: namesByWarning(parsed.yaml, warnings),
    source: {
      configFile: path,
      files: [...new Set(loaded.flatMap(({ files }) => files))],
      readFiles: () => loadOperations(parsed),
      readAll: () => readConfigFile(path, option, environment),
    },
  }
}

/** A warning about a default is about several operations. */
function namesByWarning(
  { problemAt }: YamlText,
  warnings: readonly { readonly problem: LocatedProblem; readonly name: string }[],
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>()
  for (const { problem, name } of warnings) {
    const text = problemAt(problem)
    names.set(text, [...(names.get(text) ?? []), name])
  }
  return names
}

/** Whether a default that this operation does not need is there for another one. */
function isUsedElsewhere(
  { setting, isUnused }: SettingWarning,
  index: number,
  { operations }: ConfigDocument,
  loaded: readonly LoadedOperation[],
): boolean {
  const inherits = (number: number) => operations[number]?.inherited.has(setting) === true
  return (
    isUnused === true &&
    inherits(index) &&
    loaded.some(
      ({ warnings }, other) =>
        inherits(other) && !warnings.some((warning) => warning.isUnused && warning.setting === setting),
    )
  )
}

/**
 * A problem of an operation where its value is written, which can be a default; nowhere if the problem of the default is
 * reported already.
 */
function locate(
  { operations }: ConfigDocument,
  index: number,
  { setting, at = [], message, missing = setting }: SettingProblem,
  // A warning about a default is the same for all operations: without their names, it is logged once.
  { namesOperation } = { namesOperation: true },
): LocatedProblem[] {
  const operation = operations[index]
  if (operation === undefined || [setting, missing].some((name) => operation.reported.has(name))) return []
  if (!operation.inherited.has(setting)) return [{ at: operation.placeOf(setting, at), message }]
  const inOperation = namesOperation && DEPENDENT.has(setting) ? `in ${OPERATIONS}[${index}]: ` : ''
  return [{ at: [...keyPath(setting), ...at], message: `${inOperation}${message}` }]
}

/** In the order of the file, each once: several operations have the problems of the same default. */
function inOrder({ offsetOf, problemAt }: YamlText, problems: readonly LocatedProblem[]): string[] {
  const located = problems.map((problem) => ({ problem, offset: offsetOf(problem.at) }))
  located.sort((one, other) => one.offset - other.offset)
  return [...new Set(located.map(({ problem }) => problemAt(problem)))]
}

function duplicateNameProblems({ operations }: ConfigDocument): OperationProblem[] {
  // Two Unicode forms of a name look the same.
  const byName = Map.groupBy(
    operations.entries(),
    ([
      ,
      {
        raw: { name },
      },
    ]) => (typeof name === 'string' ? name.normalize('NFC') : name),
  )
  byName.delete(undefined)
  return [...byName.values()].flatMap(([first, ...others]) =>
    others.map(([index]) => ({
      index,
      setting: 'name' as const,
      message: `is also the name of operations[${first?.[0]}]; each operation needs its own`,
    })),
  )
}

/** Tokens of an operation in the settings of another one, which metrics and logs show. */
function otherTokenProblems(
  { operations }: ConfigDocument,
  tokens: readonly (string | undefined)[],
): OperationProblem[] {
  const all = operations.map(({ raw }) => shownTexts(raw)).join('\n')
  return tokens.flatMap((token, owner) => {
    if (token === undefined) return []
    const contains = createSecretFinder(token)
    // Most tokens are nowhere else, so that comparing each with each operation is rare.
    if (!contains(all)) return []
    return operations.flatMap(({ raw }, index) =>
      index === owner ? [] : exposedTokenProblems(raw, contains).map((problem) => ({ index, ...problem })),
    )
  })
}

/** A setting of the environment that the file would silently replace. @param tokens variables that the file names */
function variableProblems(environment: Environment, tokens: readonly string[]): string[] {
  return variableSettings.flatMap(([setting, variable]) =>
    readVariable(environment, variable) === undefined || tokens.includes(variable)
      ? []
      : [
          `${variable}: set together with the configuration file; unset it, or move it to the key ${settings[setting].key}`,
        ],
  )
}

function tokenVariables({ operations }: ConfigDocument): string[] {
  return operations.flatMap(({ raw: { tokenEnv } }) => (typeof tokenEnv === 'string' ? [tokenEnv] : []))
}
