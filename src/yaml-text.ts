import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml'

/** The keys and indices that lead to a value. */
export type Path = readonly PropertyKey[]

/** A problem, and the value that it concerns. */
export interface LocatedProblem {
  readonly at: Path
  readonly message: string
}

/** A YAML document whose values are texts, lists and mappings: who reads it decides what a text means. */
export interface YamlText {
  /** `undefined` if the text is not YAML. */
  readonly value: unknown
  /** Why the text is not YAML, with places. */
  readonly problems: readonly string[]
  /** The text of a problem with its place: line, column and path. */
  readonly problemAt: (problem: LocatedProblem) => string
  /** Where a problem is in the text: sorts problems as the reader of the file meets them. */
  readonly offsetOf: (path: Path) => number
}

// Messages of the parser can quote the text, which may contain a key.
const SYNTAX_PROBLEMS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab indents this line; use spaces',
  BAD_INDENT: 'the indentation, or a bracket before this line, is wrong',
  MISSING_CHAR: 'a quote, a colon or a bracket is missing',
  BLOCK_AS_IMPLICIT_KEY: 'a second colon in one line; quote the value',
  BAD_SCALAR_START: 'a value that starts with this character must be quoted',
  MULTIPLE_DOCS: 'a second document starts; keep one',
}

/** How to read a file, and how problems show it. */
export interface YamlOptions {
  /** Of the file. */
  readonly name: string
  /** The limit on keys, values, indentation and other signs, which bounds how long the parser blocks the thread. */
  readonly maxTokens: number
  /** Keys of sections whose keys problems never show: someone may have written a secret there. */
  readonly privateSections: readonly string[]
}

// Its default of 100 is fewer than the operations that one file may have, each with an alias of the same defaults.
const MAX_ALIASES = 2000

/** Parses YAML. */
export function parseYaml(text: string, { name, maxTokens, privateSections }: YamlOptions): YamlText {
  if (hasMoreTokens(text, maxTokens)) {
    const problem = `${name}: has more than ${maxTokens} keys, values and other signs; remove what is not needed`
    const problemAt = ({ message }: LocatedProblem) => `${name}: ${message}`
    return { value: undefined, problems: [problem], problemAt, offsetOf: () => 0 }
  }
  const lineCounter = new LineCounter()
  // The failsafe schema keeps every scalar as it is written: `0042`, `yes` and `1` stay texts.
  const document = parseDocument(text, {
    schema: 'failsafe',
    merge: true,
    lineCounter,
    prettyErrors: false,
    // The library compares each key with all others.
    uniqueKeys: false,
    // Its warnings, which go to standard error, quote the text.
    logLevel: 'error',
  })
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return `${name}:${line}:${col}`
  }
  const found = [...document.errors, ...document.warnings]
  // After a tab, the parser takes the following lines for something else.
  const tabs = found.filter(({ code }) => code === 'TAB_AS_INDENT')
  const problems = [
    ...(tabs.length > 0 ? tabs : found).map(
      ({ code, pos }) => `${place(pos[0])}: ${SYNTAX_PROBLEMS[code] ?? `not valid YAML (${code})`}`,
    ),
    ...(tabs.length > 0 ? [] : nodeProblems(document)).map(
      ({ offset, message }) => `${place(offset)}: ${message}`,
    ),
  ]

  /** Where the value is; for a value that is missing, where the mapping around it is; for an unknown key, the key. */
  function offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length -= 1) {
      const parent = document.getIn(path.slice(0, length - 1), true)
      const key = path[length - 1]
      if (isMap(parent)) {
        const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key)
        if (isScalar(pair?.key)) return pair.key.range?.[0] ?? 0
      }
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node)) return node.range?.[0] ?? 0
    }
    return 0
  }

  function problemAt({ at, message }: LocatedProblem): string {
    const shown = at.findIndex(
      (key, index) => privateSections.includes(String(at[index - 1])) || !PLAIN_KEY.test(String(key)),
    )
    const path = formatPath(shown === -1 ? at : at.slice(0, shown))
    return `${place(offsetOf(at))}: ${path === '' ? '' : `${path}: `}${message}`
  }

  if (problems.length > 0) return { value: undefined, problems, problemAt, offsetOf }
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), problems, problemAt, offsetOf }
  } catch {
    // Aliases that multiply without bound.
    const problem = `${name}: aliases (*name) are nested, or too many; write the values instead`
    return { value: undefined, problems: [problem], problemAt, offsetOf }
  }
}

/** Writes a path as in `operations[1].token_file`. */
function formatPath(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
}

function hasMoreTokens(text: string, limit: number): boolean {
  let count = 0
  for (const _ of new Lexer().lex(text)) {
    count += 1
    if (count > limit) return true
  }
  return false
}

// Another one is a mistake, such as a whole line that became a key: it may contain a secret.
const PLAIN_KEY = /^[\w.-]{1,64}$/

interface NodeProblem {
  readonly offset: number
  readonly message: string
}

/**
 * Keys that are there twice in one mapping, keys that are mappings, lists or aliases, merge keys without a mapping, and aliases
 * without their anchor.
 */
function nodeProblems(document: Document): NodeProblem[] {
  const wrong: NodeProblem[] = []
  const anchors = new Set<string>()
  const noteAnchor = (_: unknown, { anchor }: { readonly anchor?: string | undefined }) => {
    if (anchor !== undefined) anchors.add(anchor)
  }
  visit(document, {
    Scalar: noteAnchor,
    Seq: noteAnchor,
    Alias(_, { source, range }, ancestors) {
      const offset = range?.[0] ?? 0
      if (!anchors.has(source)) {
        wrong.push({ offset, message: 'an alias (*name) needs an anchor (&name) before it' })
      } else if (
        ancestors.some((ancestor) => isNode(ancestor) && 'anchor' in ancestor && ancestor.anchor === source)
      ) {
        // The value would contain itself, without end.
        wrong.push({ offset, message: 'an alias (*name) is within its own anchor (&name)' })
      }
    },
    Map(_, map) {
      noteAnchor(_, map)
      const seen = new Set<unknown>()
      for (const { key, value } of map.items) {
        const offset = (isNode(key) ? key.range?.[0] : map.range?.[0]) ?? 0
        if (!isScalar(key)) wrong.push({ offset, message: 'a key must be a single text; quote it' })
        else if (seen.has(key.value)) wrong.push({ offset, message: 'duplicate key; remove one' })
        else seen.add(key.value)
        if (isMergeKey(key) && !isMergeable(value, document)) {
          // An empty value may have no place.
          const at = isNode(value) && !isBlankScalar(value) ? (value.range?.[0] ?? offset) : offset
          wrong.push({ offset: at, message: WRONG_MERGE })
        }
      }
    },
  })
  return wrong
}

const WRONG_MERGE = 'the value of << must be a mapping, its alias (*name), or a list of them'

/**
 * Whether the parser merges the value of the key. It reads `<<` as a symbol, unless it is quoted: then it is a key like any
 * other.
 */
const isMergeKey = (key: unknown) => isScalar(key) && typeof key.value === 'symbol'

const isBlankScalar = (value: unknown) => isScalar(value) && !value.value

/** Whether a value can be merged. An alias without its anchor has its own problem. */
function isMergeable(value: unknown, document: Document): boolean {
  const source = isAlias(value) ? value.resolve(document) : value
  if (isAlias(value) && source === undefined) return true
  if (!isSeq(source)) return isMap(source)
  return source.items.every((item) => {
    const merged = isAlias(item) ? item.resolve(document) : item
    return isMap(merged) || (isAlias(item) && merged === undefined)
  })
}

/** A section of a document as it is; empty if it is missing or something else. */
export function sectionOf(raw: unknown, name: string): Readonly<Record<string, unknown>> {
  const section = typeof raw === 'object' && raw !== null ? Reflect.get(raw, name) : undefined
  return isMapping(section) ? { ...section } : {}
}

/** Whether a value of a document is a mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// Other programs read these as no value: a key without a value is as good as a missing key.
const NULL: ReadonlySet<unknown> = new Set(['', '~', 'null', 'Null', 'NULL'])

/** Whether a value of a document is missing or left empty. */
export function isBlank(value: unknown): boolean {
  return value === undefined || NULL.has(value)
}
