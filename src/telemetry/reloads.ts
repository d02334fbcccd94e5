/** What became of the last attempts to read the files of the configuration. */
export interface ReloadState {
  /** Whether all of them could be used. */
  readonly isSuccessful: boolean
  /** When the last one succeeded, in milliseconds since 1970. */
  readonly succeededAt: number
}

/** Remembers reloads, for metrics. */
export interface Reloads {
  /**
   * @param source what was read, such as `web configuration`
   * @returns a function to call with whether it could be used
   */
  noteFor(source: string): (isSuccessful: boolean) => void
  state(): ReloadState
}

/** @param now milliseconds since 1970; tests replace it */
export function createReloads(now: () => number = Date.now): Reloads {
  const failing = new Set<string>()
  let succeededAt = now()

  return {
    noteFor: (source) => (isSuccessful) => {
      if (isSuccessful) {
        failing.delete(source)
        succeededAt = now()
      } else {
        failing.add(source)
      }
    },
    state: () => ({ isSuccessful: failing.size === 0, succeededAt }),
  }
}
