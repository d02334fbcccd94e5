import { isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml'
import { GroupsError, type RawRow, type RawTable } from './raw-table.ts'
import { ID_COLUMN, isIdColumn } from './read-groups.ts'

/** A row before its labels are put into the order of the header. */
interface Entry {
  readonly line: number
  /** `undefined` if it is no mapping of texts. */
  readonly cells: ReadonlyMap<string, Cell> | undefined
}

interface Cell {
  readonly text: string
  /** Of its key. */
  readonly line: number
}

/**
 * Reads YAML or JSON: a list with a mapping for each agent, or a mapping from each `agent_id` to a mapping of labels.
 *
 * @throws GroupsError if the text is not YAML or has another form
 */
export function readYaml(text: string): RawTable {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    // Keeps every scalar as it is written: `0012` stays a text.
    schema: 'failsafe',
    lineCounter,
    prettyErrors: false,
    // The library compares each key with all others; duplicate agents are counted later.
    uniqueKeys: false,
    // Its warnings, which go to standard error, quote the text.
    logLevel: 'error',
  })
  const lineOf = (node: unknown) => lineCounter.linePos((node as Node | null)?.range?.[0] ?? 0).line
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    throw new GroupsError(`line ${line}, column ${col}: is not valid YAML (${error.code}); correct it`)
  }
  return toTable(entriesOf(document.contents, lineOf))
}

type LineOf = (node: unknown) => number

function entriesOf(contents: ParsedNode | null, lineOf: LineOf): Entry[] {
  if (isSeq(contents)) {
    return contents.items.map((item) => ({ line: lineOf(item), cells: cellsOf(item, lineOf) }))
  }
  if (isMap(contents)) {
    return contents.items.map(({ key, value }) => {
      const cells = isScalar(key) ? cellsOf(value, lineOf) : undefined
      const line = lineOf(key)
      const id = { text: textOf(key), line }
      // An agent_id among the labels would contradict the key.
      const isConsistent = cells !== undefined && !cells.has(ID_COLUMN)
      return { line, cells: isConsistent ? new Map([[ID_COLUMN, id], ...cells]) : undefined }
    })
  }
  throw new GroupsError(
    `must be a list of mappings with ${ID_COLUMN}, or a mapping from each ${ID_COLUMN} to its labels`,
  )
}

/** The texts of a mapping; `undefined` for anything else, such as an alias or a list. */
function cellsOf(node: unknown, lineOf: LineOf): ReadonlyMap<string, Cell> | undefined {
  if (!isMap(node)) return undefined
  const cells = new Map<string, Cell>()
  for (const { key, value } of node.items) {
    const isText = isScalar(key) && (value === null || isScalar(value))
    const text = isText ? String(key.value) : ''
    // Mappings of one file can spell it differently.
    const name = isIdColumn(text) ? ID_COLUMN : text
    if (!isText || cells.has(name)) return undefined
    cells.set(name, { text: textOf(value), line: lineOf(key) })
  }
  return cells
}

// https://yaml.org/spec/1.2.2/#1032-tag-resolution
const NULL = /^(?:null|Null|NULL|~)$/

/** The text of a scalar. What YAML and JSON write for no value is an empty text, unless it is quoted. */
function textOf(node: unknown): string {
  if (!isScalar(node)) return ''
  const text = String(node.value ?? '')
  return node.type === 'PLAIN' && NULL.test(text) ? '' : text
}

function toTable(entries: readonly Entry[]): RawTable {
  // The id comes first even if the first mapping does not begin with it.
  const lines = new Map<string, number>()
  for (const { cells = [] } of entries) {
    for (const [name, { line }] of cells) if (!lines.has(name)) lines.set(name, line)
  }
  const header = [...lines.keys()].sort(
    (one, other) => Number(other === ID_COLUMN) - Number(one === ID_COLUMN),
  )
  const rows = entries.map(
    ({ line, cells }): RawRow => ({
      line,
      cells: cells && header.map((name) => cells.get(name)?.text ?? ''),
    }),
  )
  // The name is not part of it: in a file with another structure, the keys can be ids or names of agents.
  const describeColumn = (index: number) => `line ${lines.get(header[index] ?? '')}: a key`
  return { header, describeColumn, rows }
}
