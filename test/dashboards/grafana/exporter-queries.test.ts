import { it } from 'vitest'
import { ageThroughTime, dataAge, dataState, dataStates, nextRefresh } from '../../../grafana/queries/data.ts'
import { reachable, samples } from '../../../grafana/queries/exporter.ts'
import { highestForecast, mostQuotaUsed, quotaLimits, quotaUsed } from '../../../grafana/queries/quota.ts'
import { agentsReport, ofExporter, ofOperation } from '../../../grafana/queries/selection.ts'
import { check, NOW_S, of, type Series, withPromtool } from './promtool-query.ts'

/** The freshness of a report. @param values of the time of its data; those with `stale` end after 20 minutes */
const fetched = (
  instance: string,
  operation: string,
  values = '1700x60',
  { report = 'agents', staleAfter = 900, up = 1 } = {},
): Series => {
  const labels = of(instance, operation, `report="${report}"`)
  const constant = (value: number) => (values.includes('stale') ? `${value}x20 stale` : `${value}x60`)
  return {
    [`wolkvox_last_success_timestamp_seconds{${labels}}`]: values,
    [`wolkvox_stale_after_seconds{${labels}}`]: constant(staleAfter),
    [`wolkvox_up{${labels}}`]: constant(up),
  }
}

withPromtool('the quota', () => {
  const account = (
    name: string,
    requests: number,
    operations: readonly string[],
    instance = 'e',
  ): Series => ({
    [`wolkvox_account_requests_today{job="wolkvox", instance="${instance}", account="${name}"}`]: `${requests}x60`,
    [`wolkvox_account_daily_limit{job="wolkvox", instance="${instance}", account="${name}"}`]: '1000x60',
    [`wolkvox_account_day_end_timestamp_seconds{job="wolkvox", instance="${instance}", account="${name}"}`]: `${NOW_S + 7200}x60`,
    ...Object.fromEntries(
      operations.flatMap((operation) => [
        [`wolkvox_operation_info{${of(instance, operation, `account="${name}"`)}}`, '1x60'],
        [`wolkvox_refresh_interval_seconds{${of(instance, operation, 'report="agents"')}}`, '300x60'],
        [`wolkvox_refresh_interval_seconds{${of(instance, operation, 'report="token_info"')}}`, '3600x60'],
      ]),
    ),
  })
  /** Requests that grow by one a minute. */
  const requests = (operation: string, report: string): Series => ({
    [`wolkvox_api_requests_total{${of('e', operation, `report="${report}"`)}}`]: '0+1x60',
  })
  const general: Series = { 'wolkvox:limit{limit="quota_ratio"}': '0.9x60' }
  const own = (operation: string, limit: number): Series => ({
    [`wolkvox:limit{limit="quota_ratio", operation="${operation}"}`]: `${limit}x60`,
  })
  const shared = account('0042', 400, ['cobranza', 'ventas'])
  const other = account('0043', 100, ['soporte'])

  it('is counted once for two operations that share an account', () => {
    check(shared, quotaUsed, { '{account="0042"}': 0.4 })
    check({ ...shared, ...general }, `max by (account) (${mostQuotaUsed})`, { '{account="0042"}': 0.4 })
  })

  it('is counted once for two exporters of one account', () => {
    check({ ...shared, ...account('0042', 390, ['ventas'], 'f') }, quotaUsed, { '{account="0042"}': 0.4 })
  })

  it('is that of the accounts of the chosen operations', () => {
    const both = { ...shared, ...other }
    check(both, quotaUsed, { '{account="0042"}': 0.4, '{account="0043"}': 0.1 })
    check(both, quotaUsed, { '{account="0043"}': 0.1 }, { operation: ['soporte'] })
    check(both, quotaUsed, { '{account="0042"}': 0.4 }, { operation: ['ventas'] })
    check({ ...both, ...general }, quotaLimits, { '{account="0043"}': 0.9 }, { operation: ['soporte'] })
  })

  it('has the lowest limit of the operations of the account, also if that operation is not chosen', () => {
    const limited = { ...shared, ...other, ...general, ...own('ventas', 0.5), ...own('soporte', 0.95) }
    check(limited, quotaLimits, { '{account="0042"}': 0.5, '{account="0043"}': 0.95 })
    check(limited, quotaLimits, { '{account="0042"}': 0.5 }, { operation: ['cobranza'] })
    check(
      limited,
      mostQuotaUsed,
      { '{account="0042", operation="ventas"}': 0.4 },
      { operation: ['cobranza'] },
    )
  })

  it('is shown for the account that is nearest to its limit', () => {
    const near = { ...shared, ...other, ...general, ...own('soporte', 0.1) }
    check(near, mostQuotaUsed, { '{account="0043", operation="soporte"}': 0.1 })
  })

  it('is shown for the account that has used the most if no limits are loaded', () => {
    check({ ...shared, ...other }, mostQuotaUsed, { '{account="0042"}': 0.4 })
  })

  it('is forecast from the requests of all reports and operations of the account', () => {
    const all = {
      ...shared,
      ...general,
      ...requests('ventas', 'agents'),
      ...requests('ventas', 'token_info'),
      ...requests('cobranza', 'token_info'),
    }
    // 30 requests of each of three reports in the last hour, and two hours left.
    const forecast = { '{account="0042"}': (400 + 3 * 30 * 2) / 1000 }
    const expr = `round(max by (account) (${highestForecast}), 0.01)`
    check(all, expr, forecast)
    check(all, expr, forecast, { operation: ['cobranza'] })
  })
})

withPromtool('the state of the data', () => {
  const both = { ...fetched('e', 'ventas'), ...fetched('f', 'soporte', '1600x60') }
  const token = (values: string, more = {}) =>
    fetched('e', 'ventas', values, { report: 'token_info', staleAfter: 10_800, ...more })

  it('is fresh, with the age of the oldest', () => {
    check(both, dataState(ofOperation), { '{}': dataStates.fresh })
    check(both, dataAge(ofOperation), { '{operation="soporte", report="agents"}': 200 })
  })

  it('is stale if one of two exporters is gone', () => {
    const gone = { ...fetched('e', 'ventas'), ...fetched('f', 'soporte', '1100x20 stale') }
    check(gone, dataState(ofOperation), { '{}': dataStates.stale })
  })

  it('is stale if one of two reports is gone', () => {
    const gone = { ...fetched('e', 'ventas'), ...token('1100x20 stale') }
    check(gone, dataState(ofOperation), { '{}': dataStates.stale })
  })

  it('is stale if nothing was ever fetched', () => {
    const {
      [`wolkvox_last_success_timestamp_seconds{${of('f', 'soporte', 'report="agents"')}}`]: _,
      ...never
    } = both
    check(never, dataState(ofOperation), { '{}': dataStates.stale })
  })

  it('is that of the worst report on the exporter dashboard, and that of the agents on the others', () => {
    const failing = { ...both, ...token('100x60', { up: 0 }) }
    check(failing, dataState(ofExporter), { '{}': dataStates.failing })
    check(failing, dataState(agentsReport), { '{}': dataStates.fresh })
  })

  it('has the age of the report that is nearest to its own stale age', () => {
    const hourly = { ...both, ...token('100x60') }
    // 200 of 900 seconds is more than 1700 of 10,800.
    check(hourly, dataAge(ofExporter), { '{operation="soporte", report="agents"}': 200 })
    const late = { ...both, ...token('100x60', { staleAfter: 1800 }) }
    check(late, dataAge(ofExporter), { '{operation="ventas", report="token_info"}': 1700 })
    check(late, dataAge(agentsReport), { '{operation="soporte", report="agents"}': 200 })
  })

  it('has ages as shares of the stale age of each report', () => {
    check({ ...fetched('e', 'ventas', '1350x60'), ...token('720x60') }, ageThroughTime(ofExporter), {
      '{operation="ventas", report="agents"}': 0.5,
      '{operation="ventas", report="token_info"}': 0.1,
    })
  })

  it('has the next refresh of the agents that are nearest to being stale', () => {
    const next = (instance: string, operation: string, at: number, report = 'agents') => ({
      [`wolkvox_next_refresh_timestamp_seconds{${of(instance, operation, `report="${report}"`)}}`]: `${at}x60`,
    })
    const all = { ...both, ...next('e', 'ventas', 1810), ...next('f', 'soporte', 1900) }
    check(all, nextRefresh(agentsReport), { '{}': 100 })
    const hourly = {
      ...all,
      ...token('0x60', { staleAfter: 1800 }),
      ...next('e', 'ventas', 3600, 'token_info'),
    }
    check(hourly, nextRefresh(agentsReport), { '{}': 100 })
  })

  it('has a next refresh even if nothing was ever fetched', () => {
    check(
      { [`wolkvox_next_refresh_timestamp_seconds{${of('e', 'ventas', 'report="agents"')}}`]: '1815x60' },
      nextRefresh(agentsReport),
      { '{}': 15 },
    )
  })
})

withPromtool('reachability of the exporter', () => {
  const build = { 'wolkvox_exporter_build_info{job="wolkvox", instance="e"}': '1x10 stale' }

  it('ignores other targets that are down', () => {
    const up = { 'up{job="wolkvox", instance="e"}': '1x60', 'up{job="other", instance="x"}': '0x60' }
    check({ ...build, ...up }, reachable, { '{}': 1 })
  })

  it('is zero if the exporter is down', () => {
    check({ ...build, 'up{job="wolkvox", instance="e"}': '1x10 0x50' }, reachable, { '{}': 0 })
  })

  it('is zero if one of two exporters is down', () => {
    const another = {
      'wolkvox_exporter_build_info{job="wolkvox", instance="f"}': '1x60',
      'up{job="wolkvox", instance="f"}': '1x60',
    }
    const down = { ...build, 'up{job="wolkvox", instance="e"}': '1x10 0x50' }
    check({ ...down, ...another }, reachable, { '{}': 0 })
  })

  const separate = (values: string): Series => ({
    'wolkvox_exporter_build_info{job="wolkvox", instance="e"}': '1x60',
    'up{job="wolkvox", instance="e"}': '1x60',
    'up{job="wolkvox", instance="e", operation="ventas"}': values,
  })

  it('is one if only the scrape of one operation fails', () => {
    check(separate('0x60'), reachable, { '{}': 1 })
  })

  it('is zero if the scrapes of all operations fail', () => {
    check({ ...separate('0x60'), 'up{job="wolkvox", instance="e"}': '0x60' }, reachable, { '{}': 0 })
  })

  it('has the samples of all scrapes of an exporter', () => {
    const of = (labels: string) =>
      `scrape_samples_post_metric_relabeling{job="wolkvox", instance="e"${labels}}`
    check({ ...build, [of('')]: '100x60', [of(', operation="ventas"')]: '2000x60' }, samples, {
      '{job="wolkvox", instance="e"}': 2100,
    })
  })
})
