/** Equal for names that differ only in case, in separators or, as LICENCES and LICENSES do, in C and S. */
const spelling = (name: string) =>
  name
    .toUpperCase()
    .replaceAll('C', 'S')
    .replace(/^WOLKVOX_|[^A-Z\d]/g, '')

// Longer than every known name.
const MAX_LENGTH = 40

/** The known name that was probably meant: the same in another spelling, or with one letter added, missing, wrong or swapped. */
export function similarName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined
  const written = spelling(name)
  return [...known].find((other) => differByOneLetter(written, spelling(other)))
}

/** What to say about an unknown key. */
export function unknownKeyMessage(key: string, known: Iterable<string>): string {
  const similar = similarName(key, known)
  return similar === undefined
    ? 'is not a known key; check its spelling and its place'
    : `is not a known key; did you mean ${similar}?`
}

function differByOneLetter(one: string, other: string): boolean {
  if (one === other) return true
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  if (short.length < 3 || long.length - short.length > 1) return false
  let start = 0
  while (start < short.length && short[start] === long[start]) start += 1
  const [restOfShort, restOfLong] = [short.slice(start), long.slice(start)]
  const isSwapped =
    restOfShort[0] === restOfLong[1] &&
    restOfShort[1] === restOfLong[0] &&
    restOfShort.slice(2) === restOfLong.slice(2)
  const isReplaced = restOfShort.slice(1) === restOfLong.slice(1)
  return long.length > short.length ? restOfShort === restOfLong.slice(1) : isReplaced || isSwapped
}
