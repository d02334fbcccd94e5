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
