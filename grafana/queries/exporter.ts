import { ofExporter, ofTarget, once, REPORT } from './selection.ts'

// The job and instance that are chosen may belong to other targets too. Only targets that recently exposed the build information
// are exporters.
const ofExporters = (metric: string, recently: string) =>
  `${metric}{${ofTarget}} and on (job, instance) last_over_time(wolkvox_exporter_build_info{${ofTarget}}[${recently}])`

/**
 * Whether Prometheus reaches every exporter: 1, or 0 if it misses one. It may scrape each operation of an exporter separately;
 * then one answer is enough.
 */
export const reachable = `min(max by (job, instance) (${ofExporters('up', '1d')}))`

/**
 * Growth of a counter since the bar before, summed. Grafana's rate interval is one scrape longer than a bar. Its first sample is
 * the last one of the bar before, so no increase is lost or counted twice.
 */
const perBar = (metric: string, by = '') =>
  `sum${by}(rate(${metric}{${ofExporter}}[$__rate_interval])) * $__interval_ms / 1000`

/** Successful refreshes. */
export const successes = `${perBar('wolkvox_refreshes_total')} - ${perBar('wolkvox_refresh_failures_total')}`

/** Only failures that happened: every possible reason would hide the graph behind its legend. */
export const failuresByReason = `${perBar('wolkvox_refresh_failures_total', ' by (report, reason) ')} > 0`

/** Failures in the whole time range. */
export const failures = `sum(increase(wolkvox_refresh_failures_total{${ofExporter}}[$__range]))`

/** Only fields with rejected values, as above. */
export const rejectedValuesByField = `${perBar('wolkvox_rejected_values_total', ' by (report, field) ')} > 0`

export const rejectedRecords = perBar('wolkvox_rejected_records_total')

/** Duration of the last refresh, retries included. */
export const duration = once(`wolkvox_last_refresh_duration_seconds{${ofExporter}}`, REPORT)

/** A metric of the process, or of its scrape. */
export const ofEachTarget = (metric: string): string =>
  `max by (job, instance) (${ofExporters(metric, '1h')})`

/** Samples of all scrapes of an exporter: Prometheus may scrape each operation separately. */
export const samples = `sum by (job, instance) (${ofExporters('scrape_samples_post_metric_relabeling', '1h')})`

/** Records in the last response. */
export const records = once(`wolkvox_records{${ofExporter}}`, REPORT)

/** One series per exporter; its labels are the versions. */
export const build = `max by (job, instance, version, revision, node_version) (wolkvox_exporter_build_info{${ofTarget}})`
