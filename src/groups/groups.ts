import type { Labels } from '../model/family.ts'

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

/** The rows of a groups file by the agent's exposed id. */
export interface GroupTable {
  /** The labels of an agent: empty if the agent has no row. */
  readonly labelsOf: (exposedId: string) => Labels
  /** How many rows have an agent that is not among these. A row whose id is not exposed does not count. */
  readonly unknownAmong: (exposedIds: ReadonlySet<string>) => number
}

/** How the ids of a file are exposed. Rows have the ids that wolkvox sends, and some settings hide them. */
export interface ExposedIds {
  /** Differs if any id is exposed differently. */
  readonly key: string
  /** @returns `undefined` if the id is not exposed at all */
  readonly exposedIdOf: (id: string) => string | undefined
}

let last: { readonly key: string; readonly table: GroupTable } | undefined

/**
 * Decodes the table of a groups file. Each thread keeps only the last one: operations usually share a file, and decoding takes
 * about a microsecond for each row.
 */
export function groupTableOf({ digest, labelNames, table }: Groups, ids: ExposedIds): GroupTable {
  const key = JSON.stringify([digest, ids.key])
  if (last?.key !== key) last = { key, table: decodeTable(labelNames, table, ids.exposedIdOf) }
  return last.table
}

function decodeTable(
  labelNames: readonly string[],
  encoded: Uint8Array,
  exposedIdOf: ExposedIds['exposedIdOf'],
): GroupTable {
  // A TextDecoder refuses shared memory.
  const text = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength).toString()
  const { combinations, agents } = JSON.parse(text) as StoredTable
  const labels = combinations.map((values) => labelsFrom(labelNames, values))
  const byId = new Map<string, Labels>()
  for (const [id, combination] of agents) {
    const exposed = exposedIdOf(id)
    // `12345` and `12345-NAME` are one agent. As with equal ids, the first row is used.
    if (exposed !== undefined && !byId.has(exposed)) byId.set(exposed, labels[combination] ?? NO_LABELS)
  }
  return {
    labelsOf: (exposedId) => byId.get(exposedId) ?? NO_LABELS,
    unknownAmong: (exposedIds) => {
      let known = 0
      for (const id of exposedIds) if (byId.has(id)) known += 1
      return byId.size - known
    },
  }
}

function labelsFrom(names: readonly string[], values: readonly string[]): Labels {
  const labels = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
  return GROUP in labels ? labels : { [GROUP]: values[0] ?? '', ...labels }
}
