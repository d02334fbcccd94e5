/** A request's headers, names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

// Scrapers are of few kinds, each of which always says the same.
const MOST_REMEMBERED = 16
const LONGEST_REMEMBERED = 1024

/**
 * Remembers what was decided for a header's value. Only the first few values, and no long one: whoever sends others has them
 * decided each time.
 *
 * @param name of the header, in lower case
 */
export function rememberFor<T>(
  name: string,
  decide: (value: string | undefined) => T,
): (headers: Headers) => T {
  const decided = new Map<string | undefined, T>()
  return (headers) => {
    const value = headers[name] === undefined ? undefined : String(headers[name])
    const known = decided.get(value)
    if (known !== undefined) return known
    const decision = decide(value)
    if (decided.size < MOST_REMEMBERED && (value?.length ?? 0) <= LONGEST_REMEMBERED) {
      decided.set(value, decision)
    }
    return decision
  }
}
