import { encodeTable, GROUP, type GroupRow, type Groups } from './groups.ts'
import { GroupsError, type RawRow, type RawTable } from './raw-table.ts'

/** The column that says which agent a row is about. */
export const ID_COLUMN = 'agent_id'

const MAX_LABELS = 10
const MAX_ROWS = 60_000
const MAX_TEXT_LENGTH = 128
const MAX_NAME_LENGTH = 64

// The lines that a message lists.
const MAX_LINES = 5

/**
 * Labels that metrics of agents, recording rules, alerts, or Prometheus itself have already. A second one of the same name would
 * make a join fail, or change its meaning.
 */
const RESERVED: ReadonlySet<string> = new Set([
  ...['operation', 'account', 'report', 'reason', 'field', 'problem'],
  ...['agent_id', 'agent_name', 'state', 'category', 'channel', 'direction'],
  ...['connection_type', 'platform', 'version'],
  ...['job', 'instance', 'le', 'quantile', 'alertname', 'alertstate', 'severity'],
])

// https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels
const LABEL_NAME = /^[a-z_][a-z0-9_]*$/i

// Most texts: testing for the classes of Unicode takes longer.
const ASCII = /^[ -~]*$/

// Also finds zero-width characters, which make two texts differ that look the same.
const UNPRINTABLE = /\p{C}|\ufffd/u

/** Whether this is the name of the column with the ids. */
export const isIdColumn = (name: string): boolean => name.trim().toLowerCase() === ID_COLUMN

/**
 * Checks a groups file. A row that cannot be used costs only that row; the first of several rows of an agent is used.
 *
 * @param digest of the file
 * @throws GroupsError if the file cannot be used as a whole
 */
export function readGroups(table: RawTable, digest: string): Groups {
  const columns = columnsOf(table)
  const readRow = rowReader(columns)
  const byId = new Map<string, GroupRow>()
  const problems = { duplicate: 0, invalid: 0 }
  const problemLines: number[] = []
  for (const row of table.rows) {
    if (row.cells?.every((cell) => cell.trim() === '')) continue
    const read = readRow(row)
    const problem = read === undefined ? 'invalid' : byId.has(read.id) ? 'duplicate' : undefined
    if (problem !== undefined) {
      problems[problem] += 1
      if (problemLines.length < MAX_LINES) problemLines.push(row.line)
    } else if (read !== undefined) {
      if (byId.size === MAX_ROWS) {
        throw new GroupsError(`has more than ${MAX_ROWS} agents; wolkvox sends no more in a report`)
      }
      byId.set(read.id, read)
    }
  }
  const labelNames = columns.labels.map(({ name }) => name)
  return {
    digest,
    labelNames,
    rows: byId.size,
    problems,
    problemLines,
    table: encodeTable([...byId.values()]),
  }
}

interface GroupColumns {
  readonly idAt: number
  readonly labels: readonly { readonly name: string; readonly at: number }[]
}

function columnsOf({ header, describeColumn }: RawTable): GroupColumns {
  const names = header.map((name) => name.trim())
  const idAt = names.findIndex(isIdColumn)
  if (idAt === -1) {
    throw new GroupsError(
      `has no column ${ID_COLUMN}; name the columns in the first line, such as ${EXAMPLE}`,
    )
  }
  // Spreadsheets leave columns without a name at the end of each line.
  const labels = names.flatMap((name, at) => (at === idAt || name === '' ? [] : [{ name, at }]))
  if (labels.length === 0) {
    throw new GroupsError(`has only the column ${ID_COLUMN}; add columns with labels, such as ${EXAMPLE}`)
  }
  if (labels.length > MAX_LABELS) {
    throw new GroupsError(`has ${labels.length} columns of labels; keep at most ${MAX_LABELS}`)
  }
  const problems = labels.flatMap(({ name, at }, index) => {
    const problem = nameProblem(name, labels.slice(0, index))
    return problem === undefined ? [] : [`${describeColumn(at)} ${problem}`]
  })
  if (problems.length > 0) throw new GroupsError(...problems)
  return { idAt, labels }
}

const EXAMPLE = `${ID_COLUMN},team,site`

function nameProblem(name: string, earlier: GroupColumns['labels']): string | undefined {
  if (!LABEL_NAME.test(name) || name.length > MAX_NAME_LENGTH) {
    return 'cannot be the name of a label; use letters without accents, digits and _, such as team'
  }
  if (name.startsWith('__') || RESERVED.has(name.toLowerCase())) return 'is a reserved label; rename it'
  if (earlier.some((other) => other.name === name)) return 'is there twice; rename or remove one'
  return undefined
}

/** Makes a reader of rows. It returns `undefined` if the row is invalid. */
function rowReader({ idAt, labels }: GroupColumns): (row: RawRow) => GroupRow | undefined {
  const named = new Set([idAt, ...labels.map(({ at }) => at)])
  // Many agents have the same values, and checking a text takes longer than looking it up.
  const checked = new Map<string, string | undefined>()
  const check = (cell: string) => {
    if (!checked.has(cell)) checked.set(cell, readValue(cell))
    return checked.get(cell)
  }

  return ({ cells }) => {
    // Missing cells at the end are empty. Cells without a named column mean that a delimiter is part of a value.
    if (cells === undefined || cells.some((cell, at) => !named.has(at) && isFilled(cell))) return undefined
    const id = readValue(cells[idAt] ?? '')
    if (id === undefined || id === '') return undefined
    const values: string[] = []
    for (const { at } of labels) {
      const value = check(cells[at] ?? '')
      if (value === undefined) return undefined
      values.push(value)
    }
    return { id, values }
  }
}

/** @returns `undefined` if the text is too long or has unprintable characters */
function readValue(cell: string): string | undefined {
  const text = cell.trim()
  if (text.length > MAX_TEXT_LENGTH) return undefined
  if (ASCII.test(text)) return text
  if (UNPRINTABLE.test(text)) return undefined
  // The same text typed on two systems can differ in how it encodes an accent.
  return text.normalize('NFC')
}

const isFilled = (cell: string) => cell.trim() !== ''

/** Describes what the exporter reads from the file, for `check-config`: counts and lines, no values. */
export function describeGroups({ rows, labelNames, problems, problemLines }: Groups): string {
  const { duplicate, invalid } = problems
  const labels = labelNames.includes(GROUP)
    ? labelNames
    : [`${labelNames[0]} (also as ${GROUP})`, ...labelNames.slice(1)]
  const used = `${count(rows, 'agent')} with ${labels.join(', ')}`
  const unused = duplicate + invalid
  if (unused === 0) return used
  const lines = `${problemLines.length === 1 ? 'line' : 'lines'} ${problemLines.join(', ')}`
  const more = unused > problemLines.length ? ', …' : ''
  return `${used}; ${count(unused, 'row')} not used: ${duplicate} duplicate, ${invalid} invalid (${lines}${more})`
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
