/**
 * The operator asked for something that cannot be done. Carries every problem found, each with its place and what
 * would be right; ends the process with exit code 2.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/**
 * Reads two parts of the configuration, so that the problems of both come at once.
 *
 * @throws ConfigError with the problems of either or both
 */
export async function readBoth<A, B>(
  first: () => A | Promise<A>,
  second: () => B | Promise<B>,
): Promise<readonly [A, B]> {
  const problems: string[] = []
  const a = await collect(first, problems)
  const b = await collect(second, problems)
  if (a === undefined || b === undefined) throw new ConfigError(problems)
  return [a.value, b.value]
}

async function collect<T>(
  read: () => T | Promise<T>,
  problems: string[],
): Promise<{ readonly value: T } | undefined> {
  try {
    return { value: await read() }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    problems.push(...error.problems)
    return undefined
  }
}
