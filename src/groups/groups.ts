/** Labels with their values. */
type Labels = Readonly<Record<string, string>>

/**
 * A groups file after reading: which labels each agent has. Plain data that crosses threads; the table is shared memory, so a
 * message to a worker thread does not copy it.
 */
export interface Groups {
  /** SHA-256 of the file. The same file gives the same table. */
  readonly digest: string
  /** Names of the labels in the order of the columns, without {@link GROUP}. */
  readonly labelNames: readonly string[]
  /** Rows that are used. */
  readonly rows: number
  /** Rows that are not used. */
  readonly problems: GroupProblems
  /** The lines of the first rows that are not used. */
  readonly problemLines: readonly number[]
  /** JSON of {@link StoredTable} in UTF-8. */
  readonly table: Uint8Array
}

/** Counts of rows that are not used. */
export interface GroupProblems {
  /** An earlier row has the same `agent_id`. */
  readonly duplicate: number
  /** The row cannot be read, or breaks a limit. */
  readonly invalid: number
}

/**
 * The label that dashboards and rules use, whichever columns a file has: the column of this name, or else the first column beside
 * `agent_id`.
 */
export const GROUP = 'group'

/** The labels of agents that are in no row. Prometheus treats an empty label like a missing one. */
const NO_LABELS: Labels = {}

/** Many agents have the same labels, so each combination is stored once. */
interface StoredTable {
  readonly combinations: readonly (readonly string[])[]
  /** Of each row: the agent's id and the index of its combination. */
  readonly agents: readonly (readonly [id: string, combination: number])[]
}

/** One row of a groups file: the agent's id and its values in the order of the labels. */
export interface GroupRow {
  readonly id: string
  readonly values: readonly string[]
}

/** Encodes rows as {@link Groups.table}. */
export function encodeTable(rows: readonly GroupRow[]): Uint8Array {
  const indices = new Map<string, number>()
  const combinations: (readonly string[])[] = []
  const agents = rows.map(({ id, values }) => {
    // A control character cannot be part of a value.
    const key = values.join('\0')
    const index = indices.get(key) ?? combinations.push(values) - 1
    indices.set(key, index)
    return [id, index] as const
  })
  const encoded = Buffer.from(JSON.stringify({ combinations, agents } satisfies StoredTable))
  const table = new Uint8Array(new SharedArrayBuffer(encoded.length))
  table.set(encoded)
  return table
}

/** The rows of a groups file by agent. */
export interface GroupTable {
  /** The labels of an agent: empty if the agent has no row. */
  readonly labelsOf: (agentId: string) => Labels
  /** How many rows have an agent that is not among these. */
  readonly unknownAmong: (agentIds: Iterable<string>) => number
}

let last: { readonly digest: string; readonly table: GroupTable } | undefined

/**
 * Decodes the table of a groups file. Each thread keeps only the last one: operations usually share a file, and decoding takes
 * about a microsecond for each row.
 */
export function groupTableOf({ digest, labelNames, table }: Groups): GroupTable {
  if (last?.digest !== digest) last = { digest, table: decodeTable(labelNames, table) }
  return last.table
}

function decodeTable(labelNames: readonly string[], encoded: Uint8Array): GroupTable {
  // A TextDecoder refuses shared memory.
  const text = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength).toString()
  const { combinations, agents } = JSON.parse(text) as StoredTable
  const labels = combinations.map((values) => labelsFrom(labelNames, values))
  const byId = new Map(agents.map(([id, combination]) => [id, labels[combination] ?? NO_LABELS]))
  return {
    labelsOf: (agentId) => byId.get(agentId) ?? NO_LABELS,
    unknownAmong: (agentIds) => {
      let known = 0
      for (const id of agentIds) if (byId.has(id)) known += 1
      return byId.size - known
    },
  }
}

function labelsFrom(names: readonly string[], values: readonly string[]): Labels {
  const labels = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
  return GROUP in labels ? labels : { [GROUP]: values[0] ?? '', ...labels }
}
