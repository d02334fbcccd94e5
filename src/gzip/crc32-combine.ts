// CRC-32's polynomial, lowest power first.
const POLYNOMIAL = 0xedb88320
const ONE = 0x80000000

/** Product of two polynomials over GF(2), modulo CRC-32's. */
function multiply(a: number, b: number): number {
  let product = 0
  let factor = b
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= factor
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1
  }
  return product >>> 0
}

// x to the power of 8 × 2^n, for each bit n of a length in bytes: a byte more shifts the remainder by x^8.
const SHIFTS: readonly number[] = (() => {
  const shifts: number[] = []
  let shift = ONE >>> 8
  for (let bit = 0; bit < 53; bit += 1) {
    shifts.push(shift)
    shift = multiply(shift, shift)
  }
  return shifts
})()

/**
 * The CRC-32 of two texts in a row, from the CRCs of each and the length of the second alone.
 *
 * @param length of the second text in bytes
 * @see zlib's `crc32_combine`, whose arithmetic this is
 */
export function combineCrc32(first: number, second: number, length: number): number {
  let shifted = first
  let rest = length
  for (let bit = 0; rest > 0; bit += 1) {
    if (rest % 2 === 1) shifted = multiply(SHIFTS[bit] ?? 0, shifted)
    rest = Math.floor(rest / 2)
  }
  return (shifted ^ second) >>> 0
}
