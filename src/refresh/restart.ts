import type { OperationState } from './state.ts'

/**
 * Before when a next process is not to call, in milliseconds since 1970. A refresh that has failed, and has said so, holds
 * nobody back: whoever restarts then has mended something. One of which nothing more was heard does, or a crash loop
 * would spend the quota; and so does a spent quota.
 */
export function notBefore({ lastRefresh, underWay, quotaSpentOn, nextRefreshAt }: OperationState): number {
  const failed = lastRefresh?.failure !== undefined
  return failed && !underWay && quotaSpentOn === undefined ? 0 : nextRefreshAt
}

/**
 * How long the first refresh waits: not at all, unless an earlier run has called less than an interval ago. Then the
 * rhythm goes on, so that however often the process restarts, an interval costs one call.
 *
 * @param notBefore as the earlier run has left it, if it has; all in milliseconds since 1970
 * @param fetchedAt moment of the data it has left, if any
 */
export function firstStart(
  notBefore: number | undefined,
  fetchedAt: number | undefined,
  intervalMs: number,
  now: number,
): number {
  const afterData = fetchedAt === undefined ? 0 : fetchedAt + intervalMs
  return Math.max(0, (notBefore ?? 0) - now, afterData - now)
}
