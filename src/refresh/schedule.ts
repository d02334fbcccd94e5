/**
 * When the next refresh starts. The rhythm runs from start to start; a refresh that takes longer than the interval
 * skips beats, it never makes two run at once or hurry after each other.
 *
 * @param startedAt start of the refresh before; all in milliseconds of one clock
 * @param now not before `startedAt`
 * @returns the first beat after now
 */
export function nextStart(startedAt: number, intervalMs: number, now: number): number {
  const beats = Math.floor((now - startedAt) / intervalMs) + 1
  return startedAt + beats * intervalMs
}

/**
 * How long the first refresh waits: not at all, unless an earlier run has called less than an interval ago. Then the
 * rhythm goes on, so that however often the process restarts, an interval costs one call.
 *
 * @param plannedAt start that the earlier run had planned, if any; all in milliseconds since 1970
 * @param fetchedAt moment of the data it has left, if any
 */
export function firstStart(
  plannedAt: number | undefined,
  fetchedAt: number | undefined,
  intervalMs: number,
  now: number,
): number {
  const planned = plannedAt ?? 0
  const afterData = fetchedAt === undefined ? 0 : fetchedAt + intervalMs
  return Math.max(0, planned - now, afterData - now)
}
