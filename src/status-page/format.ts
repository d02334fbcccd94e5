import { DAY_MS } from '../units.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** Writes numbers, moments and durations of one language. The units are the same symbols in all languages. */
export interface LocaleFormat {
  count(value: number): string
  /** Rounded to a unit that people compare, such as `1.4 MiB`. */
  size(bytes: number): string
  /** A duration in its two largest units, such as `2 h 5 min`. */
  span(ms: number): string
  /** How long ago a moment was, such as `2 h 5 min`. */
  age(at: number): string
  /** A short duration, such as `0.42 s`. */
  seconds(ms: number): string
  /** How long ago a moment was, such as `3 minutes ago`; never in the future, also if a clock was set back. */
  past(at: number): string
  /** In how much time a moment comes, such as `in 3 minutes`; never in the past. */
  future(at: number): string
  /** Time of day in a time zone, with the date if it is not the day of `now`. */
  clock(at: number, timeZone: string): string
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB'] as const

/** @param now milliseconds since 1970 */
export function createFormat(locale: string, now: number): LocaleFormat {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const short = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 })
  const relativeTime = new Intl.RelativeTimeFormat(locale)
  const zones = new Map<string, ReturnType<typeof createZone>>()

  function zoneOf(timeZone: string) {
    const zone = zones.get(timeZone) ?? createZone(locale, timeZone, now)
    zones.set(timeZone, zone)
    return zone
  }

  const relative = (ms: number) => relativeTime.format(...largestUnit(ms))

  return {
    count: (value) => whole.format(value),
    size(bytes) {
      const power = bytes < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log2(bytes) / 10))
      return `${short.format(bytes / 1024 ** power)} ${SIZES[power]}`
    },
    span,
    age: (at) => span(now - at),
    seconds: (ms) => `${short.format(ms / 1000)} s`,
    // Minus zero is `0 seconds ago`, zero `in 0 seconds`.
    past: (at) => relative(-Math.max(0, now - at)),
    future: (at) => relative(Math.max(0, at - now)),
    clock(at, timeZone) {
      const { day, time, today } = zoneOf(timeZone)
      const date = day.format(at)
      return date === today ? time.format(at) : `${date} ${time.format(at)}`
    },
  }
}

function createZone(locale: string, timeZone: string, now: number) {
  const day = new Intl.DateTimeFormat(locale, { timeZone, day: 'numeric', month: 'short' })
  const time = new Intl.DateTimeFormat(locale, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  return { day, time, today: day.format(now) }
}

function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const first = units.findIndex(([value]) => value > 0)
  if (first < 0) return '0 s'
  return units
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value}\u00a0${unit}`)
    .join(' ')
}

function largestUnit(ms: number): [number, 'day' | 'hour' | 'minute' | 'second'] {
  const distance = Math.abs(ms)
  if (distance >= 2 * DAY_MS) return [Math.trunc(ms / DAY_MS), 'day']
  if (distance >= 2 * HOUR_MS) return [Math.trunc(ms / HOUR_MS), 'hour']
  if (distance >= 2 * MINUTE_MS) return [Math.trunc(ms / MINUTE_MS), 'minute']
  return [Math.trunc(ms / 1000), 'second']
}
