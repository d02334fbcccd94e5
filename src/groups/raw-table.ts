/** A groups file as a table of texts, before anything is checked. */
export interface RawTable {
  /** Names of the columns. */
  readonly header: readonly string[]
  /** What messages call a column: only as much of its name as cannot be data or part of a secret. */
  readonly describeColumn: (index: number) => string
  readonly rows: readonly RawRow[]
}

/** One row. */
export interface RawRow {
  /** Where it begins in the file, from 1. */
  readonly line: number
  /** In the order of the header. `undefined` if the row cannot be read. */
  readonly cells: readonly string[] | undefined
}

/** A groups file cannot be used as a whole. */
export class GroupsError extends Error {
  override readonly name = 'GroupsError'
  /** Each says what is wrong and what to do; none repeats a value of a row. */
  readonly problems: readonly string[]

  constructor(...problems: readonly string[]) {
    super(problems.join('; '))
    this.problems = problems
  }
}
