import { ofExporter, ofTarget, once } from './selection.ts'

const spent = `wolkvox_api_requests_today{${ofExporter}}`
const limit = `wolkvox_api_daily_limit{${ofExporter}}`

/** Whether Prometheus reaches every exporter: 1, or 0 where it does not reach one. */
export const reachable = `min(up{${ofTarget}})`

/** Of the operation that has spent most: the share of its day's calls. */
export const quotaSpent = `max(${spent} / ${limit})`

/** What will be spent when the day turns, at the pace of the last hour. */
export const quotaForecast = `max((${spent} + rate(wolkvox_api_requests_total{${ofExporter}}[1h]) * (wolkvox_api_day_end_timestamp_seconds{${ofExporter}} - time())) / ${limit})`

export const quotaSpentOfEach = once(`${spent} / ${limit}`)

export const successes = `sum(increase(wolkvox_refreshes_total{${ofExporter}}[$__rate_interval])) - sum(increase(wolkvox_refresh_failures_total{${ofExporter}}[$__rate_interval]))`

/** Only the reasons that there were: with all of them the legend would hide the graph. */
export const failuresByReason = `sum by (reason) (increase(wolkvox_refresh_failures_total{${ofExporter}}[$__rate_interval])) > 0`

export const failures = `sum(increase(wolkvox_refresh_failures_total{${ofExporter}}[$__range]))`

export const rejectedValuesByField = `sum by (field) (increase(wolkvox_rejected_values_total{${ofExporter}}[$__rate_interval])) > 0`

export const rejectedRecords = `sum(increase(wolkvox_rejected_records_total{${ofExporter}}[$__rate_interval]))`

export const duration = `max by (operation) (wolkvox_last_refresh_duration_seconds{${ofExporter}})`

export const age = `time() - ${once(`wolkvox_last_success_timestamp_seconds{${ofExporter}}`)}`

export const staleAfter = once(`wolkvox_stale_after_seconds{${ofExporter}}`)

export const ofEachTarget = (metric: string): string => `max by (job, instance) (${metric}{${ofTarget}})`

export const records = once(`wolkvox_records{${ofExporter}}`)

export const build = `max by (job, instance, version, revision, node_version) (wolkvox_exporter_build_info{${ofTarget}})`
