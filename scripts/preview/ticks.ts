const HOUR_MS = 3_600_000

/** Where a value axis is marked: four or five round numbers. @param base of the numbers that are round: ten, or for bytes 1024 */
export function roundTicks(low: number, high: number, base: 10 | 1024): number[] {
  const rough = (high - low || 1) / 4
  const power = base ** Math.floor(Math.log(rough) / Math.log(base))
  const factors = base === 10 ? [1, 2, 2.5, 5] : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
  const step = (factors.find((factor) => factor * power >= rough) ?? base) * power
  const first = Math.floor(low / step)
  const last = Math.ceil(high / step)
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
}

/** Where a time axis is marked: every second hour, but for those that its ends would cut. */
export function hours(from: number, to: number): number[] {
  const first = Math.ceil(from / (2 * HOUR_MS)) * 2 * HOUR_MS
  const count = Math.floor((to - first) / (2 * HOUR_MS)) + 1
  return Array.from({ length: count }, (_, index) => first + index * 2 * HOUR_MS).filter(
    (at) => at - from > HOUR_MS / 2 && to - at > HOUR_MS / 2,
  )
}
