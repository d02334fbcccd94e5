/** Reads the simulated time: whole seconds since midnight of day 0. */
export type Clock = () => number

/** A clock that shows `startSecond` now, then runs `speed` times as fast as the real one; speed 0 stands still. */
export function startClock(startSecond: number, speed: number): Clock {
  const startedAt = Date.now()
  return () => startSecond + Math.floor(((Date.now() - startedAt) / 1000) * speed)
}
