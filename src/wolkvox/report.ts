import type { Operation } from '../config/operation.ts'
import { showName } from './agent-name.ts'
import { WolkvoxFailure } from './failure.ts'
import { type FieldReaders, readRecords } from './records.ts'
import { createRedactor } from './redaction.ts'
import { type ApiResponse, recordsOf } from './response.ts'
import type { Agent, Rejections, Snapshot } from './snapshot.ts'

/** Of an operation, what reading its report needs. */
export type ReportSource = Pick<Operation, 'name' | 'token' | 'timeZone' | 'agentName'>

// Each stands in up to 16 families: 4 MiB make a page of 64 MiB and more. 60,000 agents as people name them take 2.
const MAX_TEXT_BYTES = 4 * 2 ** 20

/** A snapshot, with what of the answer did not make it there. */
export interface Report {
  readonly snapshot: Snapshot
  readonly rejections: Rejections
}

/**
 * Reads an answer into a snapshot.
 *
 * @throws WolkvoxFailure when the answer is no report, or its texts are too large to stand in every family
 */
export function readReport(response: ApiResponse, operation: ReportSource, fields: FieldReaders): Report {
  const records = recordsOf(response, createRedactor(operation.token))
  const { fetchedAt } = response
  const { agents, columns, rejections } = readRecords(
    records,
    fields,
    { fetchedAt, timeZone: operation.timeZone },
    (name) => showName(name, operation.agentName, operation.name),
  )
  if (sizeOfTexts(agents) > MAX_TEXT_BYTES) {
    throw new WolkvoxFailure(
      'too_large',
      `ids, names and states are larger than ${MAX_TEXT_BYTES} bytes together`,
    )
  }
  return {
    snapshot: {
      fetchedAt,
      agents,
      columns,
      records: agents.length + countRejected(rejections),
      bytes: response.body.length,
    },
    rejections,
  }
}

function countRejected({ records }: Rejections): number {
  return Object.values(records).reduce((sum, count) => sum + count, 0)
}

function sizeOfTexts(agents: readonly Agent[]): number {
  const size = (...texts: readonly string[]) => Buffer.byteLength(texts.join(''))
  return agents.reduce((sum, { id, name, state }) => sum + size(id, name, state), 0)
}
