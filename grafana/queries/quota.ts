import { ofExporter, ofTarget, once } from './selection.ts'

// The quota belongs to an account. Several operations may share one, so nothing here is summed over operations, except requests.

const operations = `wolkvox_operation_info{${ofTarget}}`
const requestsToday = `wolkvox_account_requests_today{${ofTarget}}`
const dailyLimit = `wolkvox_account_daily_limit{${ofTarget}}`
const dayEnd = `wolkvox_account_day_end_timestamp_seconds{${ofTarget}}`

// `and` keeps an account once, however many of its operations are chosen.
const ofChosenAccounts = (expression: string) =>
  `${expression} and on (job, instance, account) wolkvox_operation_info{${ofExporter}}`

/** The share of the day's calls that each account of the chosen operations has used. */
export const quotaUsed = once(ofChosenAccounts(`${requestsToday} / ${dailyLimit}`), 'account')

// All operations of the account count, also those that are not chosen: they send requests from the same quota.
const requestRate = `sum by (job, instance, account) (rate(wolkvox_api_requests_total{${ofTarget}}[1h]) * on (job, instance, operation) group_left (account) ${operations})`

const forecast = once(
  ofChosenAccounts(
    `(${requestsToday} + on (job, instance, account) ${requestRate} * on (job, instance, account) (${dayEnd} - time())) / on (job, instance, account) ${dailyLimit}`,
  ),
  'account',
)

// Limits belong to operations. The lowest one applies, also if it is that of an operation that is not chosen: its alert fires.
const lowestLimits = `bottomk by (account) (1, ${once('operation_limit:wolkvox_limit:effective{limit="quota_ratio"}')} * on (operation) group_right () ${once(ofChosenAccounts(operations), 'operation, account')})`

/** The limit of the alert for each account of the chosen operations. */
export const quotaLimits = once(lowestLimits, 'account')

/** Adds the label of the operation whose limit applies: that limit may colour the value. */
const withOperation = (expression: string) =>
  `${expression} * on (account) group_left (operation) group by (account, operation) (${lowestLimits}) or ${expression} unless on (account) ${quotaLimits}`

/** Quota used by the account that is nearest to its limit. Without limits, by the account that has used the most. */
export const mostQuotaUsed = `(${withOperation(quotaUsed)}) and on (account) topk(1, ${quotaUsed} / on (account) ${quotaLimits} or ${quotaUsed} unless on (account) ${quotaLimits})`

/** Quota used when the day ends, at the request rate of the last hour, of the account where it is highest. */
export const highestForecast = `topk(1, ${withOperation(forecast)})`
