/** The same instant by two clocks, both in milliseconds. */
export interface Moment {
  /** Since 1970: what people and other machines mean; may be set, even back. */
  readonly wall: number
  /** Since some start: never goes back, and stands still while the machine sleeps. */
  readonly steady: number
}

/** Now. */
export function now(): Moment {
  return { wall: Date.now(), steady: performance.now() }
}
