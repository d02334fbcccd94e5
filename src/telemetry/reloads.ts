/** What became of the last attempts to read the files of the configuration. */
export interface ReloadState {
  /** Whether all of them could be used. */
  readonly isSuccessful: boolean
  /** When the last one succeeded, in milliseconds since 1970. */
  readonly succeededAt: number
  /** Since when at least one of them cannot be used, in milliseconds since 1970; `undefined` if all can. */
  readonly failingSince: number | undefined
}

/** Remembers reloads, for metrics and the status page. */
export interface Reloads {
  /**
   * @param source what was read, such as `web configuration`
   * @returns a function to call with whether it could be used
   */
  recorderFor(source: string): (isSuccessful: boolean) => void
  state(): ReloadState
}

/** @param now milliseconds since 1970; tests replace it */
export function createReloads(now: () => number = Date.now): Reloads {
  // In the order in which they began to fail.
  const failing = new Map<string, number>()
  let succeededAt = now()

  return {
    recorderFor: (source) => (isSuccessful) => {
      if (isSuccessful) {
        failing.delete(source)
        succeededAt = now()
      } else if (!failing.has(source)) {
        failing.set(source, now())
      }
    },
    state: () => ({
      isSuccessful: failing.size === 0,
      succeededAt,
      failingSince: failing.values().next().value,
    }),
  }
}
