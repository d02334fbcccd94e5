export const DAY_MS = 86_400_000

const UNITS_MS = { y: 365 * DAY_MS, w: 7 * DAY_MS, d: DAY_MS, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

type Unit = keyof typeof UNITS_MS

/** The pattern of a duration. It also matches an empty text. */
export const DURATION_PATTERN = String.raw`(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?`

const DURATION = new RegExp(`^${DURATION_PATTERN}$`)

const ORDER: readonly Unit[] = ['y', 'w', 'd', 'h', 'm', 's', 'ms']

/**
 * Reads a duration in the format of Prometheus: units from large to small, each at most once.
 *
 * @param text e.g. `90s`, `5m`, `1h30m`; a lone `0` is allowed, any other number needs its unit
 * @returns milliseconds, or `undefined` if the text is not such a duration
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/ (`<duration>`)
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const match = text === '' ? null : DURATION.exec(text)
  if (match === null) return undefined
  const total = ORDER.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * UNITS_MS[unit], 0)
  return Number.isSafeInteger(total) ? total : undefined
}

/**
 * Writes a duration as {@link parseDuration} reads it, with as few units as possible.
 *
 * @param ms whole milliseconds, not negative
 * @returns e.g. `1h30m`; `0s` for 0
 */
export function formatDuration(ms: number): string {
  let rest = ms
  let text = ''
  for (const unit of ORDER.slice(2)) {
    const count = Math.floor(rest / UNITS_MS[unit])
    rest -= count * UNITS_MS[unit]
    if (count > 0) text += `${count}${unit}`
  }
  return text === '' ? '0s' : text
}

const UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

export const SIZE_PATTERN = String.raw`(\d+)\s*(B|KB|MB|GB|KiB|MiB|GiB)?`

const SIZE = new RegExp(`^${SIZE_PATTERN}$`)

/**
 * Reads a size: a whole number of bytes, or one with a decimal (`MB`) or binary (`MiB`) unit.
 *
 * @param text e.g. `64MiB`, `67108864`
 * @returns bytes, or `undefined` if the text is not a size
 */
export function parseBytes(text: string): number | undefined {
  const match = SIZE.exec(text)
  if (match === null) return undefined
  return Number(match[1]) * UNITS[(match[2] ?? 'B') as keyof typeof UNITS]
}
