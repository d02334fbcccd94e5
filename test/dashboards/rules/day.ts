import { reportNamed, reports } from '../../../src/reports/index.ts'
import { withRequestToday } from '../../../src/scheduling/budget.ts'
import {
  type ExporterState,
  initialState,
  type ReportState,
  withNextRefresh,
  withOutcome,
  withRequest,
} from '../../../src/scheduling/state.ts'
import { Centre, type CentreOptions } from '../../../src/simulator/centre/centre.ts'
import { reportOf } from '../../../src/simulator/centre/report.ts'
import { campaignRecords } from '../../../src/simulator/reports/campaigns.ts'
import { chatRecords, interactionRecords } from '../../../src/simulator/reports/conversations.ts'
import { latencyRecords } from '../../../src/simulator/reports/latency.ts'
import { skillRecords } from '../../../src/simulator/reports/skills.ts'
import { read } from '../../../src/worker/tasks.ts'
import { anAccountState, anEnvelope, anOperation, momentAt } from '../../../tools/fixtures.ts'
import { type ParsedSample, parseExposition } from '../../../tools/parse-exposition.ts'
import { renderText } from '../../../tools/render-text.ts'

const DAY_S = 24 * 60 * 60

const REFRESH_S = 5 * 60

/** Scrapes from one refresh to the next, one every minute. */
const SCRAPES = 5

/** A day in promtool's notation: for each series, one value for each scrape. */
export type Day = readonly { readonly series: string; readonly values: string }[]

const operation = anOperation({
  name: 'demo',
  timeZone: 'UTC',
  reports: reports
    .filter(({ name }) => name !== 'token_info')
    .map(({ name, defaultIntervalMs }) => ({
      name,
      refreshIntervalMs: defaultIntervalMs,
      staleAfterMs: 3 * defaultIntervalMs,
    })),
})

// promtool's day begins in 1970. Dates of that time are implausible, so the responses are of a later day.
const DAYS_LATER_MS = Date.UTC(2026, 2, 10)

/** The records of each report, as wolkvox sends them. */
const recordsOf: Readonly<Record<string, (centre: Centre) => readonly object[]>> = {
  agents: ({ agents, now }) => reportOf(agents, now),
  skills: ({ skills }) => skillRecords(skills, undefined),
  campaigns: ({ campaigns, now }) => campaignRecords(campaigns, now),
  latency: ({ agents, network, now }) => latencyRecords(agents, network, now, formatDate),
  chats: ({ agents, chats, now }) => chatRecords(agents, chats, now, formatDate),
  interactions: ({ agents, interactions }) => interactionRecords(agents, interactions, formatDate),
}

const formatDate = (second: number) =>
  new Date(DAYS_LATER_MS + second * 1000).toISOString().slice(0, 19).replace('T', ' ')

/**
 * A day of the simulated centre, from midnight to midnight, as Prometheus stores it from an exporter that refreshes each report
 * at its default interval and is scraped every minute.
 */
export async function simulateDay(options: CentreOptions): Promise<Day> {
  const centre = new Centre(options)
  let state = initialExporterState()
  const refreshes: ReadonlyMap<string, number>[] = []
  for (let second = 0; second < DAY_S; second += REFRESH_S) {
    centre.advanceTo(second)
    state = await refreshAll(state, centre)
    const samples = parseExposition(await renderText(state, [], 'text', second * 1000))
    refreshes.push(new Map(samples.map((sample) => [seriesOf(sample), valueInDay(sample)])))
  }
  // promtool loads at most 10,000 samples for a rule, and the failures of six reports by reason are more. None of them fails.
  const used = refreshes.flatMap((refresh) =>
    [...refresh].filter(
      ([series, value]) => value > 0 || !series.startsWith('wolkvox_refresh_failures_total'),
    ),
  )
  const names = new Set(used.map(([series]) => series))
  return [...names].map((series) => ({
    series,
    values: valuesOf(refreshes.map((values) => values.get(series))),
  }))
}

function initialExporterState(): ExporterState {
  const requestsOfDay = { day: '1970-01-01', count: 0 }
  const account = anAccountState({ timeZone: 'UTC', dailyLimit: 2000, requestsOfDay })
  return {
    accounts: [account],
    operations: [{ operation, account: account.account, storageFailures: 0 }],
    reports: operation.reports.map((settings) => initialState(operation.name, settings, 0)),
  }
}

async function refreshAll(state: ExporterState, centre: Centre): Promise<ExporterState> {
  const isDue = ({ settings }: ReportState) => (centre.now * 1000) % settings.refreshIntervalMs === 0
  const accounts = state.accounts.map((account) =>
    state.reports.filter(isDue).reduce((counted) => withRequestToday(counted, centre.now * 1000), account),
  )
  const refreshed = await Promise.all(
    state.reports.map((report) => (isDue(report) ? refresh(report, centre) : report)),
  )
  return { ...state, accounts, reports: refreshed }
}

async function refresh(before: ReportState, centre: Centre): Promise<ReportState> {
  const fetchedAt = centre.now * 1000
  const body = Buffer.from(anEnvelope(recordsOf[before.report]?.(centre) ?? []))
  const response = { status: 200, body, fetchedAt: DAYS_LATER_MS + fetchedAt }
  const { outcome } = await read(operation, reportNamed(before.report), response)
  if (!outcome.ok) throw new Error(`${before.report}: ${outcome.failure.message}`)
  const state = withNextRefresh(withRequest(before), fetchedAt + before.settings.refreshIntervalMs)
  const rendered = { ...outcome.rendered, fetchedAt }
  return withOutcome(state, { ...outcome, rendered }, 1000, momentAt(fetchedAt))
}

/** Timestamps that reports have are of the later day. */
function valueInDay({ name, value }: ParsedSample): number {
  const isLater = name.endsWith('_timestamp_seconds') && value * 1000 >= DAYS_LATER_MS / 2
  return isLater ? value - DAYS_LATER_MS / 1000 : value
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
