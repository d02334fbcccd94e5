const UNITS_MS = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

type Unit = keyof typeof UNITS_MS

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

const ORDER: readonly Unit[] = ['y', 'w', 'd', 'h', 'm', 's', 'ms']

/**
 * Reads a duration as Prometheus writes it: units from large to small, each at most once.
 *
 * @param text e.g. `90s`, `5m`, `1h30m`; a lone `0` is allowed, any other number needs its unit
 * @returns milliseconds, or `undefined` when the text is not such a duration
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
 * Writes a duration the way {@link parseDuration} reads it, in the fewest units.
 *
 * @param ms whole milliseconds, not negative
 * @returns e.g. `1h30m`; `0s` for nothing
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
