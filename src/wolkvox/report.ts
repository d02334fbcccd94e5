import type { Operation } from '../config/operation.ts'
import { showName } from './agent-name.ts'
import { type Answer, recordsOf } from './answer.ts'
import { type FieldReaders, readRecords } from './records.ts'
import type { Rejections, Snapshot } from './snapshot.ts'

/** Of an operation, what reading its report needs. */
export type ReportSource = Pick<Operation, 'name' | 'token' | 'timeZone' | 'agentName'>

/** A snapshot, with what of the answer did not make it there. */
export interface Report {
  readonly snapshot: Snapshot
  readonly rejections: Rejections
}

/**
 * Reads an answer into a snapshot.
 *
 * @throws WolkvoxFailure when the answer is no report
 */
export function readReport(answer: Answer, operation: ReportSource, fields: FieldReaders): Report {
  const token = operation.token.reveal()
  const records = recordsOf(answer, (text) => text.replaceAll(token, String(operation.token)))
  const { fetchedAt } = answer
  const { agents, rejections } = readRecords(
    records.each,
    fields,
    { fetchedAt, timeZone: operation.timeZone },
    (name) => showName(name, operation.agentName, operation.name),
  )
  return { snapshot: { fetchedAt, agents, records: records.count, bytes: answer.body.length }, rejections }
}
