import { type Segment, toSegment } from '../gzip/segment.ts'
import type { Agent, Snapshot } from '../wolkvox/snapshot.ts'
import { type AgentFamily, agentFamilies } from './agent-families.ts'
import { MAX_NUMBER_BYTES, putBytes, putNumber } from './put.ts'
import { writeLabels } from './text-writer.ts'

// One is written while two are being compressed: as much as keeps two cores busy, and no more text in memory than that.
const AT_A_TIME = 3

// Between the labels and the number.
const CLOSING = Buffer.from('} ')
const LINE_BREAK = 0x0a

// The labels of an agent as people name them; where they are longer, more room is made.
const USUAL_TEXT_BYTES = 96

// Of one UTF-16 code unit.
const MAX_UTF8_BYTES = 3

/** A text for each agent, encoded once, one behind the other. */
interface Texts {
  /** There may be room after the last. */
  readonly bytes: Buffer
  /** Where each begins; one more for the end of the last. */
  readonly starts: Uint32Array
}

/**
 * Renders an operation's agents, once for all scrapes until the next refresh. Gauges read alike in both formats.
 *
 * @param operation value of the `operation` label
 * @returns the samples, a segment for each of {@link agentFamilies}, without its header
 */
export async function renderAgents(snapshot: Snapshot, operation: string): Promise<readonly Segment[]> {
  const identities = encodeEach(snapshot.agents, ({ id, name }) =>
    writeLabels({ operation, agent_id: id, agent_name: name }),
  )
  const sheets: Buffer[] = []
  const segments: Promise<Segment>[] = []
  for (const [index, family] of agentFamilies.entries()) {
    // Then the sheet that it was written on is free again.
    await segments[index - AT_A_TIME]
    const place = index % AT_A_TIME
    const { sheet, length } = renderFamily(family, snapshot, identities, sheets[place])
    sheets[place] = sheet
    segments.push(toSegment(sheet.subarray(0, length)))
  }
  return Promise.all(segments)
}

/** Each text is written as soon as it is made: tens of thousands at a time would be a burden to the garbage collector. */
function encodeEach(agents: readonly Agent[], textOf: (agent: Agent) => string): Texts {
  const starts = new Uint32Array(agents.length + 1)
  let bytes = Buffer.allocUnsafeSlow(agents.length * USUAL_TEXT_BYTES)
  let at = 0
  for (const [index, agent] of agents.entries()) {
    const text = textOf(agent)
    const most = at + text.length * MAX_UTF8_BYTES
    if (most > bytes.length) bytes = Buffer.concat([bytes], Math.max(most, bytes.length * 2))
    at += bytes.write(text, at)
    starts[index + 1] = at
  }
  return { bytes, starts }
}

const sizeOf = ({ starts }: Texts) => starts.at(-1) ?? 0

/**
 * Writes one family of all agents.
 *
 * @param used a sheet that may be written over
 */
function renderFamily(
  { name, field, value, labels }: AgentFamily,
  { agents, columns, fetchedAt }: Snapshot,
  identities: Texts,
  used: Buffer | undefined,
): { readonly sheet: Buffer; readonly length: number } {
  const begin = Buffer.from(`${name}{`)
  const further = labels && encodeEach(agents, (agent) => `,${writeLabels(labels(agent))}`)
  const around = begin.length + CLOSING.length + MAX_NUMBER_BYTES + 1
  const size = sizeOf(identities) + (further === undefined ? 0 : sizeOf(further)) + agents.length * around
  const sheet = used !== undefined && used.length >= size ? used : Buffer.allocUnsafeSlow(size)
  const column = columns[field]
  let at = 0
  for (let index = 0; index < agents.length; index += 1) {
    const number = value(column?.[index] ?? Number.NaN, fetchedAt)
    if (Number.isNaN(number)) continue
    at = putBytes(sheet, at, begin)
    at += identities.bytes.copy(sheet, at, identities.starts[index], identities.starts[index + 1])
    if (further !== undefined) {
      at += further.bytes.copy(sheet, at, further.starts[index], further.starts[index + 1])
    }
    at = putBytes(sheet, at, CLOSING)
    at = putNumber(sheet, at, number)
    sheet[at] = LINE_BREAK
    at += 1
  }
  return { sheet, length: at }
}
