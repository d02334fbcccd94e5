import type { Moment } from '../src/clock.ts'
import type { Operation, ReportSettings } from '../src/config/operation.ts'
import type { Outcome, RenderedSnapshot } from '../src/model/outcome.ts'
import type { AccountState } from '../src/scheduling/budget.ts'
import { Secret } from '../src/secret.ts'
import { DIRECT } from '../src/wolkvox/route.ts'

/** A key of pseudonyms. */
export const HASH_KEY = new Secret('test-key-0123456789')

/** Settings that a test may override: those of the operation, or of its only report. */
export type OperationOverrides = Partial<Operation & Omit<ReportSettings, 'name'>>

/** An operation with every setting, which a test may override. Its only report is `agents`. */
export function anOperation({
  refreshIntervalMs = 300_000,
  staleAfterMs = 900_000,
  ...overrides
}: OperationOverrides = {}): Operation {
  return {
    name: 'ventas',
    server: '0042',
    token: new Secret('test-token'),
    baseUrl: 'https://wv0042.wolkvox.com',
    route: DIRECT,
    caCertificates: undefined,
    licenses: undefined,
    timeZone: 'America/Bogota',
    timeoutMs: 2000,
    maxResponseBytes: 64 * 2 ** 20,
    agentName: 'plain',
    priority: 0,
    agentId: 'plain',
    hashKey: undefined,
    reports: [{ name: 'agents', refreshIntervalMs, staleAfterMs }],
    ...overrides,
  }
}

/** Data of the report `agents` after a refresh, without segments. */
export function aRenderedSnapshot(overrides: Partial<RenderedSnapshot> = {}): RenderedSnapshot {
  return {
    report: 'agents',
    fetchedAt: 0,
    records: 200,
    rows: 200,
    responseBytes: 1000,
    segments: [],
    ...overrides,
  }
}

/** The outcome of a successful refresh. */
export function aSuccess(
  rendered: Partial<RenderedSnapshot> = {},
  rejections: Outcome['rejections'] = { records: {}, values: {} },
): Outcome & { readonly ok: true } {
  return { ok: true, rendered: aRenderedSnapshot(rendered), rejections }
}

/** An account that has sent no requests on this day. */
export function anAccountState(overrides: Partial<AccountState> = {}): AccountState {
  return {
    account: '0042',
    timeZone: 'America/Bogota',
    dailyLimit: undefined,
    reports: [],
    requestsOfDay: { day: '2026-01-02', count: 0 },
    countedSince: 0,
    otherRequests: undefined,
    measurementSentAtMonotonicMs: undefined,
    exhausted: undefined,
    ...overrides,
  }
}

/** A record of the report `agents` as wolkvox sends it: all values are strings. */
export function aRecord(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    agent_id: '1001',
    agent_name: 'Cóndor 001',
    agent_status: 'READY',
    calls: '10',
    inbound: '7',
    outbound: '2',
    internal: '1',
    time_state_now: '65',
    ready_time: '01:00:00',
    inbound_time: '00:30:00',
    outbound_time: '00:10:00',
    acw_time: '00:05:00',
    ring_time: '00:01:00',
    login_time: '02:00:00',
    aht_time: '00:04:30',
    ocupation: '42.86 %',
    aux_time: '00:15:00',
    ...overrides,
  }
}

/** A good response of the API with these records. */
export function anEnvelope(data: unknown): string {
  const records = Array.isArray(data) ? data : [data].filter((one) => one && Object.keys(one).length > 0)
  const count = records.length
  return JSON.stringify({ code: 200, error: null, msg: `${count} records were found`, data })
}

/** A time with both clocks equal. */
export function momentAt(ms: number): Moment {
  return { wallMs: ms, monotonicMs: ms }
}

/** A signal that is never aborted. */
export const never = new AbortController().signal
