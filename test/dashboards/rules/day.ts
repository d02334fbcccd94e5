import { reportNamed } from '../../../src/reports/index.ts'
import { withRequestToday } from '../../../src/scheduling/budget.ts'
import {
  type ExporterState,
  initialState,
  type ReportState,
  withNextRefresh,
  withOutcome,
  withRequest,
} from '../../../src/scheduling/state.ts'
import { Centre } from '../../../src/simulator/centre/centre.ts'
import { reportOf } from '../../../src/simulator/centre/report.ts'
import { read } from '../../../src/worker/tasks.ts'
import { anAccountState, anEnvelope, anOperation, momentAt } from '../../../tools/fixtures.ts'
import { type ParsedSample, parseExposition } from '../../../tools/parse-exposition.ts'
import { renderText } from '../../../tools/render-text.ts'

const DAY_S = 24 * 60 * 60

const REFRESH_S = 5 * 60

/** Scrapes from one refresh to the next, one every half minute. */
const SCRAPES = 10

/** A day in promtool's notation: for each series, one value for each scrape. */
export type Day = readonly { readonly series: string; readonly values: string }[]

const operation = anOperation({ name: 'demo', timeZone: 'UTC', refreshIntervalMs: REFRESH_S * 1000 })

/**
 * A day of the simulated centre, from midnight to midnight, as Prometheus stores it from an exporter that refreshes every
 * five minutes and is scraped every half minute.
 */
export async function simulateDay(agents: number, seed: number): Promise<Day> {
  const centre = new Centre({ agents, seed })
  let state = initialExporterState()
  const refreshes: ReadonlyMap<string, number>[] = []
  for (let second = 0; second < DAY_S; second += REFRESH_S) {
    centre.advanceTo(second)
    state = await refreshAll(state, centre)
    const samples = parseExposition(await renderText(state, [], 'text', second * 1000))
    refreshes.push(new Map(samples.map((sample) => [seriesOf(sample), sample.value])))
  }
  const names = new Set(refreshes.flatMap((refresh) => [...refresh.keys()]))
  return [...names].map((series) => ({
    series,
    values: valuesOf(refreshes.map((values) => values.get(series))),
  }))
}

function initialExporterState(): ExporterState {
  const requestsOfDay = { day: '1970-01-01', count: 0 }
  const account = anAccountState({ timeZone: 'UTC', dailyLimit: 1000, requestsOfDay })
  return {
    accounts: [account],
    operations: [{ operation, account: account.account, storageFailures: 0 }],
    reports: operation.reports.map((settings) => initialState(operation.name, settings, 0)),
  }
}

async function refreshAll(state: ExporterState, centre: Centre): Promise<ExporterState> {
  const accounts = state.accounts.map((account) => withRequestToday(account, centre.now * 1000))
  const reports = await Promise.all(state.reports.map((report) => refresh(report, centre)))
  return { ...state, accounts, reports }
}

async function refresh(before: ReportState, centre: Centre): Promise<ReportState> {
  const fetchedAt = centre.now * 1000
  const body = Buffer.from(anEnvelope(reportOf(centre.agents, centre.now)))
  const { outcome } = await read(operation, reportNamed(before.report), { status: 200, body, fetchedAt })
  const state = withNextRefresh(withRequest(before), fetchedAt + REFRESH_S * 1000)
  return withOutcome(state, outcome, 1000, momentAt(fetchedAt))
}

function seriesOf({ name, labels }: ParsedSample): string {
  const all = { job: 'wolkvox', instance: 'exporter', ...labels }
  return `${name}{${Object.entries(all).map(([label, value]) => `${label}=${JSON.stringify(value)}`)}}`
}

/** A series that has ended gets a staleness marker, as when a scrape no longer finds it. */
function valuesOf(values: readonly (number | undefined)[]): string {
  return values
    .map((value, index) => {
      if (value !== undefined) return `${value}+0x${SCRAPES - 1}`
      return values[index - 1] === undefined ? `_x${SCRAPES}` : `stale _x${SCRAPES - 1}`
    })
    .join(' ')
}
