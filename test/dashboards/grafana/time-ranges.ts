export const HOUR_S = 3600
export const DAY_S = 24 * HOUR_S
export const REFRESH_S = 300

/** Midnight of the first simulated day, in the operations' time zone: a Monday. */
export const FIRST_MIDNIGHT_S = Date.UTC(2026, 0, 5, 5) / 1000

/** In seconds since 1970. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

const halfDay = (day: number): TimeRange => ({
  from: FIRST_MIDNIGHT_S + day * DAY_S,
  to: FIRST_MIDNIGHT_S + day * DAY_S + 12 * HOUR_S,
})

/** The half day that the tests look at, and the two that dashboards compare it to. */
export const timeRanges = { lastWeek: halfDay(0), yesterday: halfDay(6), today: halfDay(7) } as const

export type TimeRangeName = keyof typeof timeRanges

export const allTimeRanges: readonly TimeRangeName[] = ['lastWeek', 'yesterday', 'today']

/** Seconds since midnight, in the operations' time zone. */
export const timeOfDay = (now: number): number => (now - FIRST_MIDNIGHT_S) % DAY_S

/** The time of the last refresh before a moment. */
export const refreshedBefore = (now: number): number => now - (timeOfDay(now) % REFRESH_S)
