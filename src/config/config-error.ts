/**
 * The flags or the configuration are wrong. Lists every problem found: what is wrong, where, and what to do. The process
 * ends with exit code 2.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** The first problems or warnings, and how many others there are: a long list would hide the first ones. */
export function limitListed<T>(listed: readonly T[], max: number): (T | string)[] {
  const others = listed.length - max
  return others > 0 ? [...listed.slice(0, max), `and ${others} more`] : [...listed]
}

/** What the readers return, in their order. */
type Values<R extends readonly (() => unknown)[]> = { -readonly [K in keyof R]: Awaited<ReturnType<R[K]>> }

/**
 * Reads parts of the configuration, one after the other, and reports the problems of all together.
 *
 * @throws ConfigError with the problems of every part
 */
export async function collectErrors<R extends readonly (() => unknown)[]>(...readers: R): Promise<Values<R>> {
  const problems: string[] = []
  const values: unknown[] = []
  for (const read of readers) {
    try {
      values.push(await read())
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
    }
  }
  // Every reader has succeeded if this does not throw, so each has its value.
  if (values.length < readers.length) throw new ConfigError(problems)
  return values as Values<R>
}
