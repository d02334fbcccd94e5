import { once } from './once.ts'
import { limitOfEach, ofExporter, ofTarget } from './selection.ts'

const spent = `wolkvox_api_requests_today{${ofExporter}}`
const limit = `wolkvox_api_daily_limit{${ofExporter}}`

// Job and instance may match whatever else Prometheus scrapes: an exporter is what has been one lately.
const ofExporters = (metric: string, lately: string) =>
  `${metric}{${ofTarget}} and on (job, instance) last_over_time(wolkvox_exporter_build_info{${ofTarget}}[${lately}])`

/** Whether Prometheus reaches every exporter: 1, or 0 where it does not reach one. */
export const reachable = `min(${ofExporters('up', '1d')})`

/** The share of the day's calls that each operation has spent. */
export const quotaSpentOfEach = once(`${spent} / ${limit}`)

/** The same of the operation that is nearest to its limit. */
export const quotaSpent = `${quotaSpentOfEach} and on (operation) topk(1, ${quotaSpentOfEach} / on (operation) ${once(limitOfEach('quota_ratio'))} or ${quotaSpentOfEach})`

/** What will be spent when the day turns, at the rate of the last hour, of the operation where it is most. */
export const quotaForecast = `topk(1, ${once(`(${spent} + rate(wolkvox_api_requests_total{${ofExporter}}[1h]) * (wolkvox_api_day_end_timestamp_seconds{${ofExporter}} - time())) / ${limit}`)})`

/**
 * What counters have grown by since the bar before, summed. Grafana's interval of rates is a scrape longer than a bar, so that
 * its first sample is the last one of the bar before, and nothing in between is lost or counted twice.
 */
const perBar = (metric: string, by = '') =>
  `sum${by}(rate(${metric}{${ofExporter}}[$__rate_interval])) * $__interval_ms / 1000`

/** Refreshes that ended well. */
export const successes = `${perBar('wolkvox_refreshes_total')} - ${perBar('wolkvox_refresh_failures_total')}`

/** Only the reasons that there were: with all of them the legend would hide the graph. */
export const failuresByReason = `${perBar('wolkvox_refresh_failures_total', ' by (reason) ')} > 0`

/** Of the whole time range. */
export const failures = `sum(increase(wolkvox_refresh_failures_total{${ofExporter}}[$__range]))`

/** Only the fields that there were, as above. */
export const rejectedValuesByField = `${perBar('wolkvox_rejected_values_total', ' by (field) ')} > 0`

export const rejectedRecords = perBar('wolkvox_rejected_records_total')

/** Of the last refresh, retries included. */
export const duration = once(`wolkvox_last_refresh_duration_seconds{${ofExporter}}`)

/** The oldest that the data was since the moment before: drawn as it is, it would go up and down with every refresh. */
export const age = `max_over_time((time() - ${once(`wolkvox_last_success_timestamp_seconds{${ofExporter}}`)})[$__interval:1m])`

/** From which age on it is stale. */
export const staleAfter = once(`wolkvox_stale_after_seconds{${ofExporter}}`)

/** A metric of the process, or of its scrape. */
export const ofEachTarget = (metric: string): string =>
  `max by (job, instance) (${ofExporters(metric, '1h')})`

/** In the last answer. */
export const records = once(`wolkvox_records{${ofExporter}}`)

/** A series for each exporter, its labels the versions. */
export const build = `max by (job, instance, version, revision, node_version) (wolkvox_exporter_build_info{${ofTarget}})`
