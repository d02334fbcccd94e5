import { describe, expect, it } from 'vitest'
import { writeDynamicSection } from '../../src/exposition/exposition.ts'
import { toSegmentNow } from '../../src/exposition/gzip.ts'
import type { Outcome } from '../../src/model/outcome.ts'
import { agentFamilies } from '../../src/reports/agents/families.ts'
import { reports } from '../../src/reports/index.ts'
import { withRequestToday } from '../../src/scheduling/budget.ts'
import { scheduledReport } from '../../src/scheduling/scheduled-report.ts'
import {
  type ExporterState,
  initialState,
  type ReportState,
  withClockSkew,
  withNextRefresh,
  withOutcome,
  withRequest,
} from '../../src/scheduling/state.ts'
import { fillStatusFamilies, statusFamilies } from '../../src/telemetry/status-families.ts'
import { failureReasons } from '../../src/wolkvox/failure.ts'
import { anAccountState, anOperation, aRenderedSnapshot, aSuccess, momentAt } from '../../tools/fixtures.ts'
import { parseExposition } from '../../tools/parse-exposition.ts'
import { renderText } from '../../tools/render-text.ts'
import { aReportSettings } from '../support/agents.ts'
import { groupsFrom } from '../support/groups-files.ts'

const NOW = Date.parse('2026-03-10T17:00:00.500Z')
const MINUTE = 60_000

const SAMPLES: Readonly<Record<string, string>> = {
  wolkvox_agent_calls: 'wolkvox_agent_calls{} 1\n',
  wolkvox_agents: 'wolkvox_agents{} 1\n',
}

const rejections = { records: { duplicate: 2 }, values: { calls: 3 } }

const success = (records = 5) =>
  aSuccess(
    {
      fetchedAt: NOW,
      records,
      responseBytes: 1234,
      segments: agentFamilies.map(({ name }) => toSegmentNow(Buffer.from(SAMPLES[name] ?? ''))),
    },
    rejections,
  )

const timeout: Outcome = {
  ok: false,
  failure: { reason: 'timeout', message: 'too slow' },
  rejections: { records: {}, values: {} },
}

/** A report whose first refresh is in flight. */
const inFlight = () =>
  withNextRefresh(withRequest(initialState('ventas', aReportSettings(), NOW)), NOW + 5 * MINUTE)

const succeeded = (records?: number) => withOutcome(inFlight(), success(records), 1500, momentAt(NOW))

const failed = () => withOutcome(inFlight(), timeout, 1500, momentAt(NOW))

/** An account that has just sent a request. */
const account = withRequestToday(anAccountState({ dailyLimit: 50_000 }), NOW)

/** The same account, with a report that measures what other programs use. */
const measuredAccount: ExporterState['accounts'][number] = {
  ...account,
  reports: [scheduledReport({ name: 'token_info', refreshIntervalMs: 60 * MINUTE }, anOperation())],
  otherRequests: { day: '2026-03-10', count: 300, measuredAt: NOW - 30 * MINUTE, marks: [] },
}

/** The state of an exporter with one report of one operation. */
function stateOf(report: ReportState): ExporterState {
  const operation = { operation: anOperation(), account: '0042', storageFailures: 0 }
  return { accounts: [account], operations: [operation], reports: [report] }
}

/** The samples of a family, as pairs of all labels and value. */
function familySamples(state: ExporterState, family: string, now = NOW) {
  return parseExposition(writeDynamicSection(fillStatusFamilies(state, momentAt(now)), 'text'))
    .filter(({ name }) => name === family)
    .map(({ labels, value }) => [labels, value] as const)
}

/** The samples of a family about a report, as pairs of further labels and value. */
function reportSamples(report: ReportState, family: string) {
  return familySamples(stateOf(report), family).map(([{ operation, report, ...further }, value]) => {
    expect([operation, report]).toEqual(['ventas', 'agents'])
    return [further, value]
  })
}

/** The samples of a family about an account, as pairs of further labels and value. */
function accountSamples(accounts: ExporterState['accounts'], family: string, now = NOW) {
  return familySamples({ ...stateOf(inFlight()), accounts }, family, now).map(
    ([{ account, ...further }, value]) => {
      expect(account).toBe('0042')
      return [further, value]
    },
  )
}

const agentFields = [
  'agent_id',
  'agent_name',
  'agent_status',
  'calls',
  'inbound',
  'outbound',
  'internal',
  'time_state_now',
  'ready_time',
  'inbound_time',
  'outbound_time',
  'acw_time',
  'ring_time',
  'login_time',
  'aht_time',
  'ocupation',
  'aux_time',
]

const single = (value: number) => [[{}, value]]

describe('wolkvox_up', () => {
  it('is absent until the first refresh ends, then 1 or 0', () => {
    expect(reportSamples(inFlight(), 'wolkvox_up')).toEqual([])
    expect(reportSamples(succeeded(), 'wolkvox_up')).toEqual(single(1))
    expect(reportSamples(failed(), 'wolkvox_up')).toEqual(single(0))
    expect(reportSamples(withOutcome(succeeded(), timeout, 1, momentAt(NOW)), 'wolkvox_up')).toEqual(
      single(0),
    )
  })
})

describe('wolkvox_last_failure_reason', () => {
  it('is 1 for the reason if the last refresh failed, and has no series otherwise', () => {
    const timedOut = [[{ reason: 'timeout' }, 1]]
    expect(reportSamples(inFlight(), 'wolkvox_last_failure_reason')).toEqual([])
    expect(reportSamples(failed(), 'wolkvox_last_failure_reason')).toEqual(timedOut)
    expect(reportSamples(succeeded(), 'wolkvox_last_failure_reason')).toEqual([])
    const recovered = withOutcome(failed(), success(), 1, momentAt(NOW))
    expect(reportSamples(recovered, 'wolkvox_last_failure_reason')).toEqual([])
  })

  it('changes with the reason and never has two', () => {
    const refused: Outcome = { ...timeout, failure: { reason: 'invalid_token', message: 'refused' } }
    const state = withOutcome(failed(), refused, 1, momentAt(NOW))
    expect(reportSamples(state, 'wolkvox_last_failure_reason')).toEqual([[{ reason: 'invalid_token' }, 1]])
  })
})

describe('a family about the last good response', () => {
  it.each([
    ['wolkvox_last_success_timestamp_seconds', NOW / 1000],
    ['wolkvox_records', 5],
    ['wolkvox_record_limit_reached', 0],
    ['wolkvox_response_bytes', 1234],
  ])('%s is absent before the first success and stays after a failure', (family, value) => {
    expect(reportSamples(failed(), family)).toEqual([])
    expect(reportSamples(succeeded(), family)).toEqual(single(value))
    expect(reportSamples(withOutcome(succeeded(), timeout, 1, momentAt(NOW)), family)).toEqual(single(value))
  })

  it('wolkvox_record_limit_reached is 1 for 60,000 records and 0 for 59,999', () => {
    expect(reportSamples(succeeded(60_000), 'wolkvox_record_limit_reached')).toEqual(single(1))
    expect(reportSamples(succeeded(59_999), 'wolkvox_record_limit_reached')).toEqual(single(0))
  })
})

describe('wolkvox_clock_skew_seconds', () => {
  it('is absent until a response contains the time, then stays', () => {
    expect(reportSamples(succeeded(), 'wolkvox_clock_skew_seconds')).toEqual([])
    const skewed = withClockSkew(succeeded(), -61_250)
    expect(reportSamples(skewed, 'wolkvox_clock_skew_seconds')).toEqual(single(-61.25))
    expect(reportSamples(withClockSkew(skewed, undefined), 'wolkvox_clock_skew_seconds')).toEqual(
      single(-61.25),
    )
    expect(reportSamples(withClockSkew(skewed, 0), 'wolkvox_clock_skew_seconds')).toEqual(single(0))
  })
})

describe('a family about the schedule', () => {
  it.each([
    ['wolkvox_next_refresh_timestamp_seconds', (NOW + 5 * MINUTE) / 1000],
    ['wolkvox_refresh_interval_seconds', 300],
    ['wolkvox_stale_after_seconds', 900],
  ])('%s exists from the start', (family, value) => {
    expect(reportSamples(inFlight(), family)).toEqual(single(value))
  })

  it('wolkvox_last_refresh_duration_seconds is absent until the first refresh ends', () => {
    expect(reportSamples(inFlight(), 'wolkvox_last_refresh_duration_seconds')).toEqual([])
    expect(reportSamples(failed(), 'wolkvox_last_refresh_duration_seconds')).toEqual(single(1.5))
  })
})

describe('a counter of a report', () => {
  it('wolkvox_refreshes_total counts refreshes, successful or not', () => {
    expect(reportSamples(inFlight(), 'wolkvox_refreshes_total')).toEqual(single(0))
    expect(
      reportSamples(withOutcome(failed(), success(), 1, momentAt(NOW)), 'wolkvox_refreshes_total'),
    ).toEqual(single(2))
  })

  it('wolkvox_refresh_failures_total has every reason from the start', () => {
    expect(reportSamples(inFlight(), 'wolkvox_refresh_failures_total')).toEqual(
      failureReasons.map((reason) => [{ reason }, 0]),
    )
    expect(reportSamples(failed(), 'wolkvox_refresh_failures_total')).toContainEqual([
      { reason: 'timeout' },
      1,
    ])
  })

  it('wolkvox_api_requests_total counts the requests of the report on all days', () => {
    expect(reportSamples(inFlight(), 'wolkvox_api_requests_total')).toEqual(single(1))
    expect(reportSamples(withRequest(inFlight()), 'wolkvox_api_requests_total')).toEqual(single(2))
    const tomorrow = NOW + 24 * 60 * MINUTE
    expect(familySamples(stateOf(inFlight()), 'wolkvox_api_requests_total', tomorrow)).toEqual([
      [{ operation: 'ventas', report: 'agents' }, 1],
    ])
  })

  it('wolkvox_rejected_records_total and wolkvox_rejected_values_total have every reason and field from the start', () => {
    expect(reportSamples(inFlight(), 'wolkvox_rejected_records_total')).toEqual([
      [{ reason: 'missing_id' }, 0],
      [{ reason: 'duplicate' }, 0],
      [{ reason: 'not_an_object' }, 0],
      [{ reason: 'unparsable' }, 0],
    ])
    expect(reportSamples(inFlight(), 'wolkvox_rejected_values_total')).toEqual(
      agentFields.map((field) => [{ field }, 0]),
    )
    expect(reportSamples(succeeded(), 'wolkvox_rejected_records_total')).toContainEqual([
      { reason: 'duplicate' },
      2,
    ])
    expect(reportSamples(succeeded(), 'wolkvox_rejected_values_total')).toContainEqual([
      { field: 'calls' },
      3,
    ])
  })
})

describe('wolkvox_missing_field', () => {
  const missing = withOutcome(
    inFlight(),
    { ...success(), missingFields: ['calls', 'acw_time'] },
    1500,
    momentAt(NOW),
  )
  const series = [
    [{ field: 'calls' }, 1],
    [{ field: 'acw_time' }, 1],
  ]

  it('has a series for each field that no record of the last good response has', () => {
    expect(reportSamples(missing, 'wolkvox_missing_field')).toEqual(series)
  })

  it('keeps its series after a failure, because the data stays', () => {
    expect(
      reportSamples(withOutcome(missing, timeout, 1500, momentAt(NOW)), 'wolkvox_missing_field'),
    ).toEqual(series)
  })

  it('has no series after a response without missing fields', () => {
    expect(
      reportSamples(withOutcome(missing, success(), 1500, momentAt(NOW)), 'wolkvox_missing_field'),
    ).toEqual([])
  })
})

describe('a family about an account', () => {
  it('wolkvox_account_requests_today counts the requests of the day of the account', () => {
    const tomorrow = NOW + 24 * 60 * MINUTE
    expect(accountSamples([account], 'wolkvox_account_requests_today')).toEqual(single(1))
    expect(accountSamples([account], 'wolkvox_account_requests_today', tomorrow)).toEqual(single(0))
  })

  it('wolkvox_account_other_requests_today is what was measured today, and absent if nothing measures it', () => {
    const family = 'wolkvox_account_other_requests_today'
    expect(accountSamples([measuredAccount], family)).toEqual(single(300))
    expect(accountSamples([measuredAccount], family, NOW + 24 * 60 * MINUTE)).toEqual([])
    expect(accountSamples([{ ...measuredAccount, otherRequests: undefined }], family)).toEqual([])
    expect(accountSamples([{ ...measuredAccount, reports: [] }], family)).toEqual([])
  })

  it('wolkvox_account_quota_exhausted is 1 while the calls of the day are used up', () => {
    const family = 'wolkvox_account_quota_exhausted'
    expect(accountSamples([measuredAccount], family)).toEqual(single(0))
    const usedUp = { ...account, dailyLimit: 1 }
    expect(accountSamples([usedUp], family)).toEqual(single(1))
    expect(accountSamples([usedUp], family, NOW + 24 * 60 * MINUTE)).toEqual(single(0))
  })

  it('wolkvox_account_day_end_timestamp_seconds is the end of the day of the account, in whole seconds', () => {
    const midnightInBogota = Date.parse('2026-03-11T05:00:00Z') / 1000
    const family = 'wolkvox_account_day_end_timestamp_seconds'
    expect(accountSamples([account], family)).toEqual(single(midnightInBogota))
    const justBefore = Date.parse('2026-03-11T04:59:58.7Z')
    expect(accountSamples([account], family, justBefore)).toEqual(single(midnightInBogota))
  })

  it('wolkvox_account_daily_limit exists only if licences are configured', () => {
    expect(accountSamples([account], 'wolkvox_account_daily_limit')).toEqual(single(50_000))
    expect(accountSamples([anAccountState()], 'wolkvox_account_daily_limit')).toEqual([])
  })
})

describe('the families of several operations, reports and accounts', async () => {
  const groups = await groupsFrom('agent_id,team\n1,a\n2,b\n2,c\n,d\n,e\n')
  const tokenInfo = initialState('ventas', aReportSettings({ name: 'token_info' }), NOW)
  const state: ExporterState = {
    accounts: [measuredAccount, { ...account, account: '0077', dailyLimit: 1000 }],
    operations: [
      { operation: anOperation({ name: 'ventas', groups }), account: '0042', storageFailures: 2 },
      { operation: anOperation({ name: 'soporte' }), account: '0042', storageFailures: 0 },
      { operation: anOperation({ name: 'cobros' }), account: '0077', storageFailures: 0 },
    ],
    reports: [
      { ...withClockSkew(succeeded(), 0), missingFields: ['calls'] },
      tokenInfo,
      { ...failed(), operation: 'soporte' },
    ],
  }

  it('have a sample for each report that has one', () => {
    expect(familySamples(state, 'wolkvox_up')).toEqual([
      [{ operation: 'ventas', report: 'agents' }, 1],
      [{ operation: 'soporte', report: 'agents' }, 0],
    ])
    expect(familySamples(state, 'wolkvox_refreshes_total')).toEqual([
      [{ operation: 'ventas', report: 'agents' }, 1],
      [{ operation: 'ventas', report: 'token_info' }, 0],
      [{ operation: 'soporte', report: 'agents' }, 1],
    ])
  })

  it('wolkvox_rejected_values_total has the fields of the report', () => {
    const fields = familySamples(state, 'wolkvox_rejected_values_total')
      .filter(([{ report }]) => report === 'token_info')
      .map(([{ field }]) => field)
    expect(fields).toEqual([
      'token_limit',
      'token_use_today',
      'all_token_today',
      'available_consumption_options',
    ])
  })

  it('wolkvox_operation_info names the account of each operation', () => {
    expect(familySamples(state, 'wolkvox_operation_info')).toEqual([
      [{ operation: 'ventas', account: '0042' }, 1],
      [{ operation: 'soporte', account: '0042' }, 1],
      [{ operation: 'cobros', account: '0077' }, 1],
    ])
  })

  it('wolkvox_group_rows and wolkvox_group_problems exist for operations with a groups file', () => {
    expect(familySamples(state, 'wolkvox_group_rows')).toEqual([[{ operation: 'ventas' }, 2]])
    const known = [
      [{ operation: 'ventas', problem: 'duplicate' }, 1],
      [{ operation: 'ventas', problem: 'invalid' }, 2],
    ]
    expect(familySamples(state, 'wolkvox_group_problems')).toEqual(known)
    const [first, ...others] = state.reports
    const rendered = { ...aRenderedSnapshot(), unknownInGroups: 7 }
    const reports = [...others, { ...(first ?? succeeded()), rendered }]
    expect(familySamples({ ...state, reports }, 'wolkvox_group_problems')).toEqual([
      [{ operation: 'ventas', problem: 'unknown_agent' }, 7],
      ...known,
    ])
  })

  it('wolkvox_storage_failures_total counts per operation', () => {
    expect(familySamples(state, 'wolkvox_storage_failures_total')).toEqual([
      [{ operation: 'ventas' }, 2],
      [{ operation: 'soporte' }, 0],
      [{ operation: 'cobros' }, 0],
    ])
  })

  it('count the requests of an account once, however many operations use it', () => {
    expect(familySamples(state, 'wolkvox_account_requests_today')).toEqual([
      [{ account: '0042' }, 1],
      [{ account: '0077' }, 1],
    ])
    expect(familySamples(state, 'wolkvox_account_daily_limit')).toEqual([
      [{ account: '0042' }, 50_000],
      [{ account: '0077' }, 1000],
    ])
  })

  it('have exactly the labels that the documentation is made from', () => {
    const parsed = parseExposition(writeDynamicSection(fillStatusFamilies(state, momentAt(NOW)), 'text'))
    for (const { name, labels } of statusFamilies) {
      const found = parsed.filter((sample) => sample.name === name)
      expect(found, name).not.toEqual([])
      for (const sample of found) expect(Object.keys(sample.labels)).toEqual(labels)
    }
  })

  it('are named once, also compared with the families of reports', () => {
    const names = statusFamilies.map(({ name }) => name)
    const ofReports = reports.flatMap(({ families }) => families.map(({ name }) => name))
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(names).isDisjointFrom(new Set(ofReports))).toBe(true)
  })
})

describe('stale data', () => {
  const names = async (now: number) => {
    const samples = parseExposition(await renderText(stateOf(succeeded()), [], 'text', now))
    return new Set(samples.map(({ name }) => name))
  }

  it('removes the series of the report and nothing else', async () => {
    const fresh = await names(NOW + 15 * MINUTE)
    const stale = await names(NOW + 15 * MINUTE + 1)
    expect(fresh.difference(stale)).toEqual(new Set(['wolkvox_agent_calls', 'wolkvox_agents']))
    expect(stale).toContain('wolkvox_up')
  })
})
