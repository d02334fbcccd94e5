export const minute = 60
export const hour = 60 * minute
export const day = 24 * hour

/** The number of the day that `second` (since midnight of day 0) lies in. */
export function dayOf(second: number): number {
  return Math.floor(second / day)
}

/** The seconds since midnight of a time of day such as `10:30`. Throws a RangeError for any other form. */
export function parseTimeOfDay(text: string): number {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text)) {
    throw new RangeError(`not a time of day between 00:00 and 23:59: ${text}`)
  }
  return Number(text.slice(0, 2)) * hour + Number(text.slice(3)) * minute
}

/** Whole seconds as `HH:MM:SS`; the hours may pass 24. */
export function formatDuration(seconds: number): string {
  const twoDigits = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${twoDigits(seconds / hour)}:${twoDigits((seconds % hour) / minute)}:${twoDigits(seconds % minute)}`
}
