import Papa from 'papaparse'
import { GroupsError, type RawRow, type RawTable } from './raw-table.ts'

// Spreadsheets write semicolons where the comma is the decimal separator.
const DELIMITERS = [',', ';', '\t', '|']

// Twice as many as wolkvox can have agents.
const MAX_LINES = 120_000

// The first line of some files that are made for Excel.
const SEPARATOR_LINE = /^sep=(.)\n/i

/**
 * Reads CSV, whose first row is the header. The header tells the delimiter: with the right one it has the wanted column, and the
 * most columns.
 *
 * @param wanted whether this is the name of the column that the header must have
 * @throws GroupsError if a quotation never ends
 */
export function readCsv(text: string, wanted: (name: string) => boolean): RawTable {
  // With one kind of line breaks the library cannot guess wrong, and lines can be counted.
  const normalized = text.replace(/\r\n?/g, '\n')
  // Millions of empty lines would need more memory than the thread has.
  if (countBreaks(normalized) > MAX_LINES)
    throw new GroupsError(`has more than ${MAX_LINES} lines; shorten it`)
  const [separatorLine = '', separator] = SEPARATOR_LINE.exec(normalized) ?? []
  const body = normalized.slice(separatorLine.length)
  const { data, errors } = parse(body, separator ?? delimiterOf(body, wanted))
  const malformed = new Set(errors.map(({ row }) => row))
  const rows: RawRow[] = []
  let line = separatorLine === '' ? 1 : 2
  for (const [index, cells] of data.entries()) {
    rows.push({ line, cells: malformed.has(index) ? undefined : cells })
    line += cells.reduce((breaks, cell) => breaks + countBreaks(cell), 1)
  }
  // The rest of the file is a single cell then.
  if (errors.some(({ code }) => code === 'MissingQuotes')) {
    const place = `line ${rows.at(-1)?.line ?? 1}`
    throw new GroupsError(`${place}: a quotation mark is never closed; close or remove it`)
  }
  const [first, ...others] = rows
  const header = first?.cells ?? []
  return { header, describeColumn: (index) => describeColumn(header, index), rows: others }
}

// Outputs find a secret only as a whole, so a longer name is not cut.
const MAX_QUOTED = 32

function describeColumn(header: readonly string[], index: number): string {
  const name = header[index]?.trim() ?? ''
  return name.length > MAX_QUOTED ? `column ${index + 1}` : `column ${index + 1} (${JSON.stringify(name)})`
}

const parse = (text: string, delimiter: string, preview = 0) =>
  Papa.parse<string[]>(text, { delimiter, newline: '\n', preview })

/** A comma if no delimiter gives the wanted column. */
function delimiterOf(text: string, wanted: (name: string) => boolean): string {
  let best = { delimiter: ',', columns: 0 }
  for (const delimiter of DELIMITERS) {
    const [header = []] = parse(text, delimiter, 1).data
    if (header.length > best.columns && header.some(wanted)) best = { delimiter, columns: header.length }
  }
  return best.delimiter
}

function countBreaks(text: string): number {
  let breaks = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) breaks += 1
  return breaks
}
