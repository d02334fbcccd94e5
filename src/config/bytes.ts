const UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

const SIZE = /^(\d+)\s*(B|KB|MB|GB|KiB|MiB|GiB)?$/

/**
 * Reads a size: a whole number of bytes, or one with a decimal (`MB`) or binary (`MiB`) unit.
 *
 * @param text e.g. `64MiB`, `67108864`
 * @returns bytes, or `undefined` when the text is not a size
 */
export function parseBytes(text: string): number | undefined {
  const match = SIZE.exec(text)
  if (match === null) return undefined
  return Number(match[1]) * UNITS[(match[2] ?? 'B') as keyof typeof UNITS]
}
