import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'

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
  DUPLICATE_KEY: 'duplicate key; remove one',
  TAB_AS_INDENT: 'a tab indents this line; use spaces',
  BAD_INDENT: 'the indentation, or a bracket before this line, is wrong',
  MISSING_CHAR: 'a quote, a colon or a bracket is missing',
  BLOCK_AS_IMPLICIT_KEY: 'a second colon in one line; quote the value',
  BAD_SCALAR_START: 'a value that starts with this character must be quoted',
  MULTIPLE_DOCS: 'a second document starts; keep one',
}

/**
 * Parses YAML.
 *
 * @param name of the file, as problems show it
 */
export function parseYaml(text: string, name: string): YamlText {
  const lineCounter = new LineCounter()
  // The failsafe schema keeps every scalar as it is written: `0042`, `yes` and `1` stay texts.
  const document = parseDocument(text, { schema: 'failsafe', merge: true, lineCounter, prettyErrors: false })
  const place = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return `${name}:${line}:${col}`
  }
  const problems = [...document.errors, ...document.warnings].map(
    ({ code, pos }) => `${place(pos[0])}: ${SYNTAX_PROBLEMS[code] ?? `not valid YAML (${code})`}`,
  )

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
    const keys = at.map(String).map((key) => (/^[\w.-]+$/.test(key) ? key : JSON.stringify(key)))
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

/** A section of a document as it is; empty if it is missing or something else. */
export function sectionOf(raw: unknown, name: string): Readonly<Record<string, unknown>> {
  const section = typeof raw === 'object' && raw !== null ? Reflect.get(raw, name) : undefined
  const isMapping = typeof section === 'object' && section !== null && !Array.isArray(section)
  return isMapping ? { ...section } : {}
}
