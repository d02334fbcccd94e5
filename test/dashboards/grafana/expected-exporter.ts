import type { Records } from '../../../grafana/tools/history.ts'
import {
  DAY_S,
  HOUR_S,
  intervals,
  LICENSES,
  REFRESH_S,
  refreshedBefore,
  type SimulatedOperation,
  type SimulatedReport,
  SKILLS,
  STALE_INTERVALS,
  simulatedOperations,
  timeOfDay,
} from '../../../grafana/tools/scenario.ts'
import { limitsOfAll } from '../../../tools/rule-files.ts'
import type { Between, Expectation } from './expected.ts'

// An account's requests are counted here from the schedule of its reports: one for each refresh since midnight.

/** Prometheus extrapolates an increase to the edges of its range. */
const extrapolated = (value: number): Between => [value, value * 1.02]

const sum = (values: readonly number[]) => values.reduce((one, other) => one + other, 0)

const DAILY_LIMIT = LICENSES * 1000

/** The interval of the graph of ages. */
const AGE_STEP_S = 600

/** The reports of all operations of an account, also of those that are not chosen. */
const reportsOf = (account: string) =>
  simulatedOperations.filter((one) => one.account === account).flatMap(({ reports }) => reports)

/** Refreshes of a report from midnight until a moment. */
const refreshesToday = (report: SimulatedReport, at: number) =>
  Math.floor(timeOfDay(refreshedBefore(at, report)) / intervals[report]) + 1

/** The share of its daily limit that an account has used. */
const quotaUsed = (account: string, at: number) =>
  sum(reportsOf(account).map((report) => refreshesToday(report, at))) / DAILY_LIMIT

/** The share that it will have used at midnight. */
function forecastOf(account: string, at: number): number {
  const requestsPerHour = sum(reportsOf(account).map((report) => HOUR_S / intervals[report]))
  const hoursLeft = (DAY_S - timeOfDay(at)) / HOUR_S
  return quotaUsed(account, at) + (requestsPerHour * hoursLeft) / DAILY_LIMIT
}

/** The highest age in the last interval of the graph, as a share of the age at which the report is stale. */
function highestAge(report: SimulatedReport, now: number): number {
  const end = Math.floor(now / AGE_STEP_S) * AGE_STEP_S
  // Data that is refreshed at the end of the interval is scraped half a minute later.
  const age = end - refreshedBefore(end - REFRESH_S / 2, report)
  return age / (STALE_INTERVALS * intervals[report])
}

const recordsIn = (report: SimulatedReport, agents: number) =>
  ({ agents, skills: SKILLS, token_info: 1 })[report]

/** What the panels of the exporter dashboard must show at a moment. @param chosen names of the chosen operations */
export function expectedOfExporter(
  records: Records,
  chosen: readonly string[],
  now: number,
): readonly Expectation[] {
  const operations = simulatedOperations.filter(({ name }) => chosen.includes(name))
  const accounts = [...new Set(operations.map(({ account }) => account))]
  const eachReport = (value: (operation: SimulatedOperation, report: SimulatedReport) => number) =>
    Object.fromEntries(
      operations.flatMap((operation) =>
        operation.reports.map((report) => [`${operation.name} ${report}`, value(operation, report)]),
      ),
    )
  const eachAccount = (value: (account: string) => number) =>
    Object.fromEntries(accounts.map((account) => [account, value(account)]))
  const highest = (value: (account: string) => number): readonly [string, number] =>
    accounts
      .map((account) => [account, value(account)] as const)
      .toSorted(([, one], [, other]) => other - one)[0] ?? ['', Number.NaN]

  const slow = chosen.includes('soporte')
  const [mostUsed, used] = highest((account) => quotaUsed(account, now))
  const [mostForecast, forecast] = highest((account) => forecastOf(account, now))
  // The last complete bar contains one refresh of each report that is refreshed every five minutes.
  const refreshes = operations.flatMap(({ reports }) =>
    reports.filter((report) => intervals[report] === REFRESH_S),
  ).length
  const quotaLimit = limitsOfAll.quota_ratio ?? Number.NaN

  const exporter = (panel: Expectation['panel'], answers: Expectation['answers']): Expectation => ({
    dashboard: 'exporter',
    panel,
    answers,
  })
  return [
    exporter('reachable', { A: { '': 1 } }),
    exporter('reportState', { A: { '': 0 } }),
    exporter('failures', { A: { '': extrapolated(slow ? 8 : 0) } }),
    exporter('quotaUsed', { A: { [mostUsed]: used } }),
    exporter('quotaForecast', { A: { [mostForecast]: extrapolated(forecast) } }),
    exporter('refreshes', {
      A: { '': refreshes },
      ...(slow && { B: { 'agents timeout': 1, 'skills timeout': 1 } }),
    }),
    exporter('duration', { A: eachReport(() => 0.8) }),
    exporter('age', { A: eachReport((_, report) => highestAge(report, now)) }),
    exporter('quota', {
      A: eachAccount((account) => quotaUsed(account, now)),
      B: eachAccount(() => quotaLimit),
    }),
    exporter('size', {
      A: eachReport(({ name }, report) =>
        recordsIn(report, records(name, refreshedBefore(now))?.length ?? Number.NaN),
      ),
    }),
  ]
}
