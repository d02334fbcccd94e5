import type { Operation } from '../config/operation.ts'
import { showName } from './agent-name.ts'
import { type Endpoint, fetchResponse } from './client.ts'
import { WolkvoxFailure } from './failure.ts'
import { type FieldReaders, readRecords } from './records.ts'
import { createRedactor } from './redaction.ts'
import { type ApiResponse, recordsOf } from './response.ts'
import type { Agent, Rejections, Snapshot } from './snapshot.ts'

const PATH = '/api/v2/real_time.php?api=agents'

/** The settings of an operation that reading its report needs. */
export type ReportSource = Pick<Operation, 'name' | 'token' | 'timeZone' | 'agentName'>

// Each text is in up to 16 families: 4 MiB make 64 MiB of exposition. 60,000 agents with usual names take 2 MiB.
const MAX_TEXT_BYTES = 4 * 2 ** 20

/** A snapshot, and what was rejected on the way. */
export interface Report {
  readonly snapshot: Snapshot
  readonly rejections: Rejections
}

/** Fetches the agents report once. @throws WolkvoxFailure if no complete response arrives within the limits */
export function fetchReport(endpoint: Endpoint, signal: AbortSignal): Promise<ApiResponse> {
  return fetchResponse(endpoint, PATH, signal)
}

/**
 * Reads a response into a snapshot.
 *
 * @throws WolkvoxFailure if the response is no report, or its texts are too large to repeat them in every family
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
      `ids, names and states together are larger than ${MAX_TEXT_BYTES} bytes`,
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
