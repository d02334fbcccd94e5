import { z } from 'zod'
import type { Operation } from '../config/operation.ts'
import { categoryOf } from '../wolkvox/categories.ts'
import type { Snapshot } from '../wolkvox/snapshot.ts'
import { fileOf } from './file-names.ts'
import { type Found, readStored, writeStored } from './stored-file.ts'

/** Of an operation, what its data hangs on. */
type Source = Pick<Operation, 'name' | 'server' | 'baseUrl' | 'agentName'>

const agent = z
  .object({ id: z.string().min(1), name: z.string(), state: z.string() })
  // Not kept, as it follows from the state by rules that may have changed since.
  .transform((agent) => ({ ...agent, category: categoryOf(agent.state) }))

// JSON has no NaN: where an agent has no number, `null` stands for it.
const column = z.array(
  z
    .number()
    .nonnegative()
    .nullable()
    .transform((number) => number ?? Number.NaN),
)

const stored = z.object({
  server: z.string(),
  baseUrl: z.string(),
  agentName: z.string(),
  fetchedAt: z.number(),
  records: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  agents: z.array(agent),
  columns: z.record(z.string(), column),
})

/**
 * Writes the operation's last good answer.
 *
 * @param now milliseconds since 1970
 * @throws the file system's error
 */
export async function writeSnapshot(
  folder: string,
  source: Source,
  snapshot: Snapshot,
  now: number,
): Promise<void> {
  const { server, baseUrl, agentName } = source
  const agents = snapshot.agents.map(({ id, name, state }) => ({ id, name, state }))
  const content = { server, baseUrl, agentName, ...snapshot, agents }
  await writeStored(fileOf(folder, source.name, 'snapshot'), content, now)
}

/**
 * Reads the last good answer of an earlier run. One with other rules for names is of no use: it may show what is to be
 * hidden now.
 *
 * @param now milliseconds since 1970
 * @returns nothing where there is no file, and why where there is one that is of no use
 */
export async function readSnapshot(folder: string, source: Source, now: number): Promise<Found<Snapshot>> {
  const ofThisSource = stored
    .refine(
      ({ server, baseUrl }) => server === source.server && baseUrl === source.baseUrl,
      'is of another operation',
    )
    .refine(({ agentName }) => agentName === source.agentName, 'shows names in another way')
    .refine(
      ({ agents, columns }) => Object.values(columns).every(({ length }) => length === agents.length),
      'does not have a value for each agent',
    )
  const { content, problem } = await readStored(fileOf(folder, source.name, 'snapshot'), ofThisSource, now)
  if (content === undefined) return { problem }
  const { fetchedAt, records, bytes, agents, columns } = content
  return { content: { fetchedAt, records, bytes, agents, columns } }
}
