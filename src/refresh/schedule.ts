/**
 * When the next refresh starts. The rhythm runs from start to start. If a refresh takes longer than the interval, the missed
 * ticks are skipped.
 *
 * @param startedAt start of the refresh before; all in milliseconds of one clock
 * @returns the first tick after now, at least one interval after `startedAt`
 */
export function nextStart(startedAt: number, intervalMs: number, now: number): number {
  const ticks = Math.max(0, Math.floor((now - startedAt) / intervalMs)) + 1
  return startedAt + ticks * intervalMs
}
