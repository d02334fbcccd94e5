import type { Operation, ReportSettings } from '../../src/config/operation.ts'
import { renderReport } from '../../src/exposition/render-report.ts'
import type { Rejections } from '../../src/model/rejections.ts'
import { agents as agentsReport } from '../../src/reports/agents/index.ts'
import type { Agent } from '../../src/reports/agents/rows.ts'
import { type Columns, readRecords, type Snapshot } from '../../src/reports/read-report.ts'
import { fetchResponse } from '../../src/wolkvox/client.ts'

/** The fetch time in tests that do not depend on it. */
export const FETCHED_AT = Date.UTC(2026, 2, 10, 15, 0, 0)

/** The agents of some records, as the report `agents` reads them. */
export function readAgents(...records: readonly unknown[]): {
  readonly agents: readonly Agent[]
  readonly columns: Columns
  readonly rejections: Rejections
} {
  const source = { name: 'ventas', timeZone: 'America/Bogota', agentName: 'plain' } as const
  const { rows, columns, rejections } = readRecords(agentsReport, records, source, FETCHED_AT)
  return { agents: rows as readonly Agent[], columns, rejections }
}

/** A snapshot of these agents and their numbers. */
export function aSnapshot(rows: readonly Agent[], columns: Columns, fetchedAt = FETCHED_AT): Snapshot {
  return { fetchedAt, rows, columns, records: rows.length, bytes: 0 }
}

/** The segments of a snapshot of the report `agents`, one for each of its families. */
export const renderAgents = (snapshot: Snapshot, operation: string) =>
  renderReport(agentsReport, snapshot, { name: operation, agentName: 'plain' })

/** Settings of a report, by default of `agents`. */
export function aReportSettings(overrides: Partial<ReportSettings> = {}): ReportSettings {
  return { name: 'agents', refreshIntervalMs: 300_000, staleAfterMs: 900_000, ...overrides }
}

/** Requests the report `agents` once. */
export const fetchAgents = (operation: Operation, signal: AbortSignal) =>
  fetchResponse(operation, agentsReport.path, signal)
