import { type Document, isMap, isNode, isScalar, Lexer, LineCounter, parseDocument, visit } from 'yaml'

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

// A list of a thousand users has 8000. The parser needs up to 20 µs for each, and it blocks the serving thread.
const MAX_TOKENS = 12_000

/** How problems show a file. */
export interface YamlNames {
  /** Of the file. */
  readonly name: string
  /** Of a section whose keys problems never show: someone may have written a secret there. */
  readonly privateSection: string
}

/** Parses YAML. */
export function parseYaml(text: string, { name, privateSection }: YamlNames): YamlText {
  if (hasTooManyTokens(text)) {
    const problem = `${name}: has more than ${MAX_TOKENS} keys, values and other signs; remove what is not needed`
    return { value: undefined, problems: [problem], problemAt: ({ message }) => `${name}: ${message}` }
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
  const problems = [
    ...[...document.errors, ...document.warnings].map(
      ({ code, pos }) => `${place(pos[0])}: ${SYNTAX_PROBLEMS[code] ?? `not valid YAML (${code})`}`,
    ),
    ...wrongKeys(document).map(({ offset, message }) => `${place(offset)}: ${message}`),
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
    const path = at.map(String)
    const end = path[0] === privateSection ? 1 : path.findIndex((key) => !PLAIN_KEY.test(key))
    const keys = end === -1 ? path : path.slice(0, end)
    return `${place(offsetOf(at))}: ${keys.length === 0 ? '' : `${keys.join('.')}: `}${message}`
  }

  if (problems.length > 0) return { value: undefined, problems, problemAt }
  try {
    return { value: document.toJS(), problems, problemAt }
  } catch {
    // An alias without its anchor, or aliases that multiply without bound.
    return { value: undefined, problems: [`${name}: an alias (*name) cannot be resolved`], problemAt }
  }
}

function hasTooManyTokens(text: string): boolean {
  let count = 0
  for (const _ of new Lexer().lex(text)) {
    count += 1
    if (count > MAX_TOKENS) return true
  }
  return false
}

// Another one is a mistake, such as a whole line that became a key: it may contain a secret.
const PLAIN_KEY = /^[\w.-]{1,64}$/

interface WrongKey {
  readonly offset: number
  readonly message: string
}

/** Keys that are there twice in one mapping, and keys that are mappings, lists or aliases. */
function wrongKeys(document: Document): WrongKey[] {
  const wrong: WrongKey[] = []
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>()
      for (const { key } of map.items) {
        const offset = (isNode(key) ? key.range?.[0] : map.range?.[0]) ?? 0
        if (!isScalar(key)) wrong.push({ offset, message: 'a key must be a single text; quote it' })
        else if (seen.has(key.value)) wrong.push({ offset, message: 'duplicate key; remove one' })
        else seen.add(key.value)
      }
    },
  })
  return wrong
}

/** A section of a document as it is; empty if it is missing or something else. */
export function sectionOf(raw: unknown, name: string): Readonly<Record<string, unknown>> {
  const section = typeof raw === 'object' && raw !== null ? Reflect.get(raw, name) : undefined
  const isMapping = typeof section === 'object' && section !== null && !Array.isArray(section)
  return isMapping ? { ...section } : {}
}
