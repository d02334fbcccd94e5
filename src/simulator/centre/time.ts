export const minute = 60
export const hour = 60 * minute
export const day = 24 * hour

/** Returns the simulated time, in whole seconds since midnight of day 0. */
export type Clock = () => number

/** Starts a clock at `startSecond` that runs `speed` times as fast as real time; speed 0 stops it. */
export function startClock(startSecond: number, speed: number): Clock {
  const startedAt = Date.now()
  return () => startSecond + Math.floor(((Date.now() - startedAt) / 1000) * speed)
}

/** The day number of `second` (since midnight of day 0). */
export function dayOf(second: number): number {
  return Math.floor(second / day)
}

/** Converts a time of day such as `10:30` to seconds since midnight. Throws a RangeError for any other format. */
export function parseTimeOfDay(text: string): number {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) {
    throw new RangeError(`invalid time of day: ${text}; use HH:MM from 00:00 to 23:59`)
  }
  return Number(text.slice(0, 2)) * hour + Number(text.slice(3)) * minute
}

/** Formats whole seconds as `HH:MM:SS`; the hours can exceed 24. */
export function formatHhMmSs(seconds: number): string {
  const twoDigits = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${twoDigits(seconds / hour)}:${twoDigits((seconds % hour) / minute)}:${twoDigits(seconds % minute)}`
}
