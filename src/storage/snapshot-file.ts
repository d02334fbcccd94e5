import { z } from 'zod'
import type { Operation } from '../config/operation.ts'
import { categoryOf } from '../wolkvox/categories.ts'
import type { Snapshot } from '../wolkvox/snapshot.ts'
import { CLOCK_TOLERANCE_MS, decodeStored, encodeStored, type ReadResult } from './stored-file.ts'

/** Settings of an operation that its stored data depends on. */
type Source = Pick<Operation, 'server' | 'baseUrl' | 'agentName'>

const agent = z
  .object({ id: z.string().min(1), name: z.string(), state: z.string() })
  // Derived from the state, by rules that may have changed since.
  .transform((agent) => ({ ...agent, category: categoryOf(agent.state) }))

// JSON has no NaN: an agent without a number has `null`.
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
  fetchedAt: z.number().nonnegative(),
  records: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  agents: z.array(agent),
  columns: z.record(z.string(), column),
})

/**
 * Encodes the operation's last good answer for its file.
 *
 * @param now milliseconds since 1970
 */
export function encodeSnapshot(source: Source, snapshot: Snapshot, now: number): Uint8Array {
  const { server, baseUrl, agentName } = source
  const agents = snapshot.agents.map(({ id, name, state }) => ({ id, name, state }))
  return encodeStored({ server, baseUrl, agentName, ...snapshot, agents }, now)
}

/**
 * Decodes the last good answer of an earlier run. One with another rule for names cannot be used: it may show names that are
 * to be hidden now.
 *
 * @param now milliseconds since 1970
 */
export function decodeSnapshot(bytes: Uint8Array, source: Source, now: number): ReadResult<Snapshot> {
  const ofThisSource = stored
    .refine(
      ({ server, baseUrl }) => server === source.server && baseUrl === source.baseUrl,
      'belongs to another account',
    )
    .refine(({ fetchedAt }) => fetchedAt <= now + CLOCK_TOLERANCE_MS, 'was fetched in the future')
    .refine(({ agentName }) => agentName === source.agentName, 'shows names in another way')
    .refine(
      ({ agents, columns }) => Object.values(columns).every(({ length }) => length === agents.length),
      'does not have a value for each agent',
    )
  const { content, problem } = decodeStored(bytes, ofThisSource, now)
  if (content === undefined) return { problem }
  const { fetchedAt, records, bytes: size, agents, columns } = content
  return { content: { fetchedAt, records, bytes: size, agents, columns } }
}
