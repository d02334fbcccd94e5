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

/**
 * Reads two parts of the configuration and reports the problems of both together.
 *
 * @throws ConfigError with the problems of either or both
 */
export async function collectErrors<A, B>(
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

// Planned features. An error is better than a setting that is silently ignored.
export const configFileUnsupported =
  'a configuration file is not supported yet; describe one operation with the WOLKVOX_* variables'
export const reloadUnsupported = 'reloading is not supported yet; restart to change the configuration'
